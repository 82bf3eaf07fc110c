// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/net/link_type.hpp"
#include "core/packet/packet.hpp"

namespace warpline {

/// A frame of a capture file, valid until the next is read.
struct CapturedFrame {
  Bytes bytes;                             ///< the captured bytes
  std::uint32_t length = 0;                ///< length on the wire, at least `bytes.size`
  std::optional<std::uint64_t> time_ns{};  ///< since 1970; no value if the file has none
  bool odd_time = false;                   ///< the file has a time, but before 1970 or after 2554
  std::uint64_t number = 0;                ///< of the frame in the file, from 1
  LinkType link_type = LinkType::kEthernet;
};

/// Reads a capture file (pcap of either byte order, micro- or nanoseconds, or pcapng) from its
/// beginning. Frames of other link types than those asked for are counted and skipped. One thread.
class CaptureReader {
 public:
  /// Throws `ConfigError` if the file cannot be read, is not a regular file, is not a capture, is
  /// compressed, or is a pcap whose frames have a link type that is not read.
  explicit CaptureReader(std::string path, LinkTypeSet read = LinkType::kEthernet);
  ~CaptureReader();
  CaptureReader(CaptureReader const&) = delete;
  CaptureReader& operator=(CaptureReader const&) = delete;

  /// The next frame, or null at the end. Throws `ConfigError` if the file is damaged.
  CapturedFrame const* next();
  /// The same for the data path. At damage the file ends, and `damage` returns the reason.
  CapturedFrame const* next_or_end() noexcept;
  /// A description of the damage, or an empty text.
  std::string const& damage() const { return damage_; }
  /// True if the file ended within a record. All records before it have been read.
  bool cut_short() const { return cut_short_; }

  /// Frames read so far, including those of other link types.
  std::uint64_t frames() const { return frames_; }
  /// Frames skipped so far because of their link type.
  std::uint64_t other_frames() const { return other_frames_; }
  /// Link type of the first of these, such as `RAW (101)`.
  std::string other_link() const;

  /// What is read instead: `expected Ethernet (1)`.
  std::string expected_links() const;
  /// The number of the last frame's link type in the file.
  std::uint32_t link_number() const;

  std::string const& path() const { return path_; }

 private:
  struct State;
  std::string path_;
  LinkTypeSet read_;
  std::string damage_;
  bool cut_short_ = false;
  std::uint64_t frames_ = 0, other_frames_ = 0;
  std::uint32_t other_link_ = 0;
  std::unique_ptr<State> state_;
};

/// Contents of a whole capture file.
struct CaptureSummary {
  std::uint64_t frames = 0;          ///< of the link types that are read
  std::uint64_t cut = 0;             ///< captured shorter than they were on the wire
  std::uint32_t longest = 0;         ///< bytes on the wire
  std::uint32_t longest_packet = 0;  ///< the same without frames that no `Packet` can hold
  std::uint64_t other_frames = 0;    ///< of other link types
  std::string other_link{};          ///< link type of the first of these
  std::string expected_links{};      ///< what is read instead
  /// The numbers of the link types of these frames in the file, ascending; of a file
  /// without any frame, the one that a pcap has in its header.
  std::vector<std::uint32_t> links{};
  /// The link types of these numbers.
  LinkTypeSet link_types() const;
  std::uint64_t odd_times = 0;  ///< frames with a time before 1970 or after 2554
  bool cut_short = false;       ///< the file ends within a record

  /// One sentence for each problem of the file at `path`; usually empty.
  std::vector<std::string> warnings(std::string const& path) const;
};

/// Reads the file to its end. Throws `ConfigError` as the reader does, and if there are frames but
/// none of a link type that is read. A last record that is cut is skipped.
CaptureSummary summarise_capture(std::string const& path, LinkTypeSet read = LinkType::kEthernet);

}  // namespace warpline
