// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/packet.hpp"

namespace warpline {

/// A frame of a capture file, valid until the next is read.
struct CapturedFrame {
  Bytes bytes;                ///< what was captured
  std::uint32_t length = 0;   ///< bytes it had on the wire, at least `bytes.size`
  std::uint64_t time_ns = 0;  ///< nanoseconds since 1970
};

/// Reads a capture file (pcap of either byte order, micro- or nanoseconds, or pcapng) from its
/// beginning. One thread.
class CaptureReader {
 public:
  /// Throws `ConfigError` where the file cannot be read, is not a regular file, is no capture, or
  /// its frames are not Ethernet.
  explicit CaptureReader(std::string path);
  ~CaptureReader();
  CaptureReader(CaptureReader const&) = delete;
  CaptureReader& operator=(CaptureReader const&) = delete;

  /// The next frame, or null at the end. Throws `ConfigError` where the file is damaged.
  CapturedFrame const* next();
  /// The same for the data path: a damaged file ends there, and `damage` says how.
  CapturedFrame const* next_or_end() noexcept;
  /// What was wrong, or an empty text.
  std::string const& damage() const { return damage_; }

  std::string const& path() const { return path_; }

 private:
  struct State;
  std::string path_;
  std::string damage_;
  std::unique_ptr<State> state_;
};

/// What a look through a whole capture file found.
struct CaptureSummary {
  std::uint64_t frames = 0;
  std::uint64_t cut = 0;      ///< captured shorter than they were on the wire
  std::uint32_t longest = 0;  ///< bytes on the wire
};

/// Reads the file to its end. Throws `ConfigError` as the reader does, also for a file that breaks
/// off.
CaptureSummary summarise_capture(std::string const& path);

}  // namespace warpline
