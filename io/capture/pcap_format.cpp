// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <utility>

#include "core/base/error.hpp"
#include "io/capture/capture_format.hpp"

namespace warpline::detail {
namespace {

constexpr std::uint32_t kMicroseconds = 0xa1b2c3d4, kNanoseconds = 0xa1b23c4d;
constexpr std::uint32_t kKuznetzov = 0xa1b2cd34;  // Linux 2.0 to 2.2: two more words a record
constexpr std::size_t kHeaderBytes = 24, kRecordBytes = 16, kKuznetzovRecordBytes = 24;

class PcapFormat final : public CaptureFormat {
 public:
  PcapFormat(CaptureInput& input, LinkTypeSet read, bool swapped, std::uint32_t magic)
      : CaptureFormat(input, read),
        swapped_(swapped),
        record_bytes_(magic == kKuznetzov ? kKuznetzovRecordBytes : kRecordBytes),
        nanoseconds_(magic == kNanoseconds ? 1 : 1000) {}

  void read_header(std::string const& path) {
    std::uint8_t header[kHeaderBytes - sizeof(CaptureMagic)];
    if (input_.read(header, sizeof header) != sizeof header)
      throw ConfigError(path + ": truncated: the file ends within the header of a pcap");
    std::uint16_t version[2];
    std::memcpy(version, header, sizeof version);
    for (auto& number : version) number = swapped_ ? __builtin_bswap16(number) : number;
    minor_ = version[1];
    if (version[0] != 2 || minor_ > 4)
      throw ConfigError(path + ": a pcap of version " + std::to_string(version[0]) + "." +
                        std::to_string(minor_) + "; expected 2.0 to 2.4");
    constexpr std::uint32_t kLinkMask = 0x03ffffff;  // the rest is about the frame check sequence
    link_ = word(header + 16) & kLinkMask;
    if (!reads(link_))
      throw ConfigError(path + ": its frames are of link type " + link_name(link_) + "; " +
                        expected_links(read_));
  }

  Step next(CapturedFrame& frame) noexcept override {
    std::uint8_t record[kKuznetzovRecordBytes];
    auto const got = input_.read(record, record_bytes_);
    if (got == 0 && input_.error().empty()) return Step::kEnd;
    if (got != record_bytes_) return cut();
    auto captured = word(record + 8);
    frame.length = word(record + 12);
    // Before version 2.3 the lengths stood in the other order, in 2.3 in either.
    if (minor_ < 3 || (minor_ == 3 && captured > frame.length)) std::swap(captured, frame.length);
    frame.link_type = *link_type_of(link_);
    if (captured > kMaxCapturedBytes)
      return damaged("a frame of " + std::to_string(captured) + " captured bytes; at most " +
                     std::to_string(kMaxCapturedBytes) + " are possible");
    frame.time_ns = std::uint64_t{word(record)} * 1'000'000'000 +
                    std::uint64_t{word(record + 4)} * nanoseconds_;
    return read_frame(frame, captured) ? Step::kFrame : cut();
  }

 private:
  std::uint32_t word(std::uint8_t const* from) const noexcept {
    std::uint32_t value;
    std::memcpy(&value, from, sizeof value);
    return swapped_ ? __builtin_bswap32(value) : value;
  }

  bool swapped_;
  std::size_t record_bytes_;
  std::uint32_t nanoseconds_;  // in a unit of the second half of a time
  unsigned minor_ = 4;
};

}  // namespace

std::unique_ptr<CaptureFormat> open_pcap(CaptureInput& input, CaptureMagic magic, LinkTypeSet read,
                                         std::string const& path) {
  std::uint32_t number;
  std::memcpy(&number, magic.bytes, sizeof number);
  for (bool const swapped : {false, true}) {
    auto const value = swapped ? __builtin_bswap32(number) : number;
    if (value != kMicroseconds && value != kNanoseconds && value != kKuznetzov) continue;
    auto format = std::make_unique<PcapFormat>(input, read, swapped, value);
    format->read_header(path);
    return format;
  }
  return nullptr;
}

}  // namespace warpline::detail
