// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "io/capture/capture_reader.hpp"

/// The formats of capture files. For sources in `io/` only.
namespace warpline::detail {

/// The bytes of a capture file, in order. One thread.
class CaptureInput {
 public:
  /// Takes ownership of the open file.
  explicit CaptureInput(std::FILE* file);

  /// Reads up to `size` bytes; fewer only at the end of the file or after a read error.
  std::size_t read(void* to, std::size_t size) noexcept;
  /// Reads and discards bytes; returns false if the file ends before.
  bool skip(std::uint64_t size) noexcept;
  /// The system's error message after a read error, otherwise empty.
  std::string error() const;

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<char[]> buffer_;
  std::unique_ptr<std::FILE, Close> file_;
};

/// The largest size of a captured frame; a record with a larger size is damaged.
constexpr std::uint32_t kMaxCapturedBytes = 262144;

/// `IEEE802_11 (105)`; only the number if libpcap has no name for the link type.
std::string link_name(std::uint32_t link);

/// What is read, for messages: `expected Ethernet (1)`.
std::string expected_links(LinkTypeSet read);

/// Reads the records of one format. One thread.
class CaptureFormat {
 public:
  enum class Step : std::uint8_t {
    kFrame,    ///< a frame of a link type that is read
    kOther,    ///< a frame of another link type
    kEnd,      ///< the file ends after a record
    kCut,      ///< the file ends within a record
    kDamaged,  ///< `damage()` has the reason
  };
  virtual ~CaptureFormat() = default;
  /// The next frame; its bytes are valid until the next call. `number` is not set.
  virtual Step next(CapturedFrame& frame) noexcept = 0;

  /// The number of the last frame's link type in the file; of a pcap, that of all frames.
  std::uint32_t link() const noexcept { return link_; }
  std::string const& damage() const noexcept { return damage_; }

 protected:
  CaptureFormat(CaptureInput& input, LinkTypeSet read) : input_(input), read_(read) {}

  /// Whether frames of this number are read.
  bool reads(std::uint32_t link) const noexcept {
    auto const type = link_type_of(link);
    return type && read_.contains(*type);
  }

  Step damaged(std::string text) noexcept {
    damage_ = std::move(text);
    return Step::kDamaged;
  }
  /// The file ends within a record, or cannot be read further.
  Step cut() noexcept;
  /// Reads the captured bytes of a frame into `frame`; false at the end of the file.
  bool read_frame(CapturedFrame& frame, std::uint32_t captured) noexcept;

  CaptureInput& input_;
  LinkTypeSet read_;
  std::uint32_t link_ = number_of(LinkType::kEthernet);

 private:
  // Touched only as far as frames are long.
  std::unique_ptr<std::uint8_t[]> bytes_ =
      std::make_unique_for_overwrite<std::uint8_t[]>(kMaxCapturedBytes);
  std::string damage_;
};

/// The first bytes of a file, which identify its format.
struct CaptureMagic {
  std::uint8_t bytes[4] = {};
};

/// pcap (draft-ietf-opsawg-pcap), either byte order, micro- or nanoseconds, also Kuznetzov's form.
/// Null if the magic is a different one. Throws `ConfigError` for a bad header; `path` is for
/// messages. `read`: the link types that are read.
std::unique_ptr<CaptureFormat> open_pcap(CaptureInput& input, CaptureMagic magic, LinkTypeSet read,
                                         std::string const& path);
/// pcapng (draft-ietf-opsawg-pcapng), several sections, interfaces of any link type and length.
std::unique_ptr<CaptureFormat> open_pcapng(CaptureInput& input, CaptureMagic magic,
                                           LinkTypeSet read, std::string const& path);

}  // namespace warpline::detail
