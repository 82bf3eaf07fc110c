// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>
#include <optional>
#include <vector>

#include "core/base/error.hpp"
#include "io/capture/capture_format.hpp"

namespace warpline::detail {
namespace {

constexpr std::uint32_t kSection = 0x0a0d0d0a, kInterface = 1, kOldPacket = 2, kSimplePacket = 3,
                        kPacket = 6;
constexpr std::uint32_t kByteOrder = 0x1a2b3c4d;
constexpr std::uint32_t kFrameBytes = 12;  // of a block around its body: type, length, length
constexpr std::size_t kMaxInterfaces = 65536;
constexpr std::uint32_t kMaxInterfaceBytes = 65536;  // of the options of an interface
constexpr std::uint16_t kOptionResolution = 9, kOptionOffset = 14;

__extension__ typedef __int128 Wide;

constexpr std::uint32_t padded(std::uint32_t size) { return (size + 3) & ~3u; }

/// An interface that frames were captured on.
struct Interface {
  std::uint32_t link = 0;
  std::uint32_t snap_length = 0;           // 0: none
  std::uint64_t ticks_a_second = 1000000;  // of its times; the default of the format
  std::int64_t offset_seconds = 0;

  /// No value if the time is before 1970 or after 2554, where 64 bits of nanoseconds end.
  std::optional<std::uint64_t> time_of(std::uint64_t ticks) const noexcept {
    auto const seconds = static_cast<Wide>(ticks / ticks_a_second) + offset_seconds;
    auto const rest = static_cast<Wide>(ticks % ticks_a_second) * 1'000'000'000 /
                      static_cast<Wide>(ticks_a_second);
    auto const time = seconds * 1'000'000'000 + rest;
    if (time < 0 || time > static_cast<Wide>(~std::uint64_t{0})) return std::nullopt;
    return static_cast<std::uint64_t>(time);
  }
};

class PcapngFormat final : public CaptureFormat {
 public:
  PcapngFormat(CaptureInput& input, LinkTypeSet read) : CaptureFormat(input, read) {}

  /// Reads the first section's header, whose type has been read.
  void read_header(std::string const& path) {
    std::uint8_t head[8];
    if (input_.read(head + 4, 4) != 4)
      throw ConfigError(path + ": truncated: the file ends within the header of a pcapng");
    auto const step = begin_section(head);
    if (step == Step::kCut)
      throw ConfigError(path + ": truncated: the file ends within the header of a pcapng");
    if (step == Step::kDamaged) throw ConfigError(path + ": damaged: " + damage());
  }

  Step next(CapturedFrame& frame) noexcept override {
    for (;;) {
      std::uint8_t head[8];
      auto const got = input_.read(head, sizeof head);
      if (got == 0 && input_.error().empty()) return Step::kEnd;
      if (got != sizeof head) return cut();
      auto const type = word(head);  // a section's reads the same in either order
      auto step = Step::kEnd;
      if (type == kSection) {
        step = begin_section(head);
      } else if (!begin_block(head)) {
        return bad_length();
      } else if (type == kInterface) {
        step = add_interface();
      } else if (type == kPacket || type == kOldPacket || type == kSimplePacket) {
        return read_packet(type, frame);
      } else {
        step = end_block();
      }
      if (step != Step::kEnd) return step;
    }
  }

 private:
  std::uint16_t half(std::uint8_t const* from) const noexcept {
    std::uint16_t value;
    std::memcpy(&value, from, sizeof value);
    return swapped_ ? __builtin_bswap16(value) : value;
  }
  std::uint32_t word(std::uint8_t const* from) const noexcept {
    std::uint32_t value;
    std::memcpy(&value, from, sizeof value);
    return swapped_ ? __builtin_bswap32(value) : value;
  }
  std::uint64_t long_word(std::uint8_t const* from) const noexcept {
    std::uint64_t value;
    std::memcpy(&value, from, sizeof value);
    return swapped_ ? __builtin_bswap64(value) : value;
  }

  bool begin_block(std::uint8_t const* head) noexcept {
    block_length_ = word(head + 4);
    if (block_length_ < kFrameBytes || block_length_ % 4 != 0) return false;
    rest_ = block_length_ - kFrameBytes;
    return true;
  }
  Step bad_length() noexcept {
    return damaged("a block of " + std::to_string(block_length_) +
                   " bytes; expected a multiple of 4, at least its header");
  }
  /// Reads from the body of the block. `kEnd`: done.
  Step take(void* to, std::uint32_t size) noexcept {
    if (size > rest_)
      return damaged("a block of " + std::to_string(block_length_) + " bytes has a longer content");
    rest_ -= size;
    return input_.read(to, size) == size ? Step::kEnd : cut();
  }
  /// Reads over the rest of the block and its second length.
  Step end_block() noexcept {
    std::uint8_t again[4];
    if (!input_.skip(rest_) || input_.read(again, sizeof again) != sizeof again) return cut();
    if (word(again) == block_length_) return Step::kEnd;
    return damaged("a block of " + std::to_string(block_length_) +
                   " bytes has another length at its end: " + std::to_string(word(again)));
  }

  Step begin_section(std::uint8_t const* head) noexcept {
    std::uint8_t body[16];
    if (input_.read(body, 4) != 4) return cut();
    swapped_ = false;
    if (word(body) != kByteOrder) {
      swapped_ = true;
      if (word(body) != kByteOrder) return damaged("a section without a byte order");
    }
    if (!begin_block(head) || rest_ < sizeof body) return bad_length();
    rest_ -= 4;
    if (auto const step = take(body + 4, 12); step != Step::kEnd) return step;
    auto const major = half(body + 4), minor = half(body + 6);
    if (major != 1 || (minor != 0 && minor != 2))
      return damaged("a section of version " + std::to_string(major) + "." + std::to_string(minor) +
                     "; expected 1.0");
    interfaces_.clear();
    return end_block();
  }

  Step add_interface() noexcept {
    if (interfaces_.size() == kMaxInterfaces)
      return damaged("more than " + std::to_string(kMaxInterfaces) + " interfaces");
    std::uint8_t head[8];
    if (auto const step = take(head, sizeof head); step != Step::kEnd) return step;
    Interface interface;
    interface.link = half(head);
    interface.snap_length = word(head + 4);
    if (rest_ > kMaxInterfaceBytes)
      return damaged("an interface with options of " + std::to_string(rest_) + " bytes");
    options_.resize(rest_);
    if (auto const step = take(options_.data(), rest_); step != Step::kEnd) return step;
    if (!read_options(interface)) return damaged("an interface with an impossible option");
    interfaces_.push_back(interface);
    return end_block();
  }

  bool read_options(Interface& interface) const noexcept {
    for (std::size_t offset = 0; offset + 4 <= options_.size();) {
      auto const* option = options_.data() + offset;
      auto const code = half(option), size = half(option + 2);
      if (code == 0) return true;
      if (offset + 4 + size > options_.size()) return false;
      if (code == kOptionResolution && (size != 1 || !read_resolution(interface, option[4])))
        return false;
      if (code == kOptionOffset) {
        if (size != 8) return false;
        interface.offset_seconds = static_cast<std::int64_t>(long_word(option + 4));
      }
      offset += 4 + padded(size);
    }
    return true;
  }
  /// A negative power of 2 or 10.
  static bool read_resolution(Interface& interface, std::uint8_t resolution) noexcept {
    unsigned const exponent = resolution & 0x7fu;
    bool const binary = (resolution & 0x80u) != 0;
    if (exponent > (binary ? 63u : 19u)) return false;
    interface.ticks_a_second = 1;
    for (unsigned i = 0; i < exponent; ++i) interface.ticks_a_second *= binary ? 2 : 10;
    return true;
  }

  Step read_packet(std::uint32_t type, CapturedFrame& frame) noexcept {
    std::uint8_t head[20];
    if (auto const step = take(head, type == kSimplePacket ? 4 : 20); step != Step::kEnd)
      return step;
    std::uint32_t index = 0, captured = 0;
    if (type == kSimplePacket) {
      frame.length = word(head);
    } else {
      index = type == kPacket ? word(head) : half(head);
      captured = word(head + 12);
      frame.length = word(head + 16);
    }
    if (index >= interfaces_.size())
      return damaged("a frame of interface " + std::to_string(index) + ", which is not described");
    auto const& interface = interfaces_[index];
    frame.time_ns.reset();
    if (type == kSimplePacket) {
      captured = std::min(frame.length, rest_);
      if (interface.snap_length > 0) captured = std::min(captured, interface.snap_length);
    } else {
      frame.time_ns = interface.time_of(std::uint64_t{word(head + 4)} << 32 | word(head + 8));
    }
    frame.odd_time = type != kSimplePacket && !frame.time_ns;
    return read_content(interface, captured, frame);
  }

  Step read_content(Interface const& interface, std::uint32_t captured,
                    CapturedFrame& frame) noexcept {
    if (captured > rest_)
      return damaged("a frame of " + std::to_string(captured) + " captured bytes in a block of " +
                     std::to_string(block_length_));
    link_ = interface.link;
    bool const is_read = reads(link_);
    if (is_read) {
      frame.link_type = *link_type_of(link_);
      if (captured > kMaxCapturedBytes)
        return damaged("a frame of " + std::to_string(captured) + " captured bytes; at most " +
                       std::to_string(kMaxCapturedBytes) + " are possible");
      rest_ -= captured;
      if (!read_frame(frame, captured)) return cut();
    }
    auto const step = end_block();
    if (step != Step::kEnd) return step;
    return is_read ? Step::kFrame : Step::kOther;
  }

  bool swapped_ = false;
  std::uint32_t block_length_ = 0, rest_ = 0;  // of the current block; of its body, not yet read
  std::vector<Interface> interfaces_;
  std::vector<std::uint8_t> options_;
};

}  // namespace

std::unique_ptr<CaptureFormat> open_pcapng(CaptureInput& input, CaptureMagic magic,
                                           LinkTypeSet read, std::string const& path) {
  std::uint32_t number;
  std::memcpy(&number, magic.bytes, sizeof number);
  if (number != kSection) return nullptr;
  auto format = std::make_unique<PcapngFormat>(input, read);
  format->read_header(path);
  return format;
}

}  // namespace warpline::detail
