// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/packet.hpp"

namespace warpline {

/// Writes a capture file: pcap, Ethernet, nanoseconds. One thread.
class CaptureWriter {
 public:
  /// Opens the file without changing what is in it; `begin` does that.
  /// Throws `ConfigError` where it cannot be written.
  explicit CaptureWriter(std::string path);
  ~CaptureWriter();
  CaptureWriter(CaptureWriter const&) = delete;
  CaptureWriter& operator=(CaptureWriter const&) = delete;

  /// Makes the file an empty capture. Throws `ConfigError`.
  void begin();
  /// Adds a frame of at most 65535 bytes. False, then and ever after, where the file takes no more.
  bool write(Bytes frame, std::uint64_t time_ns) noexcept;
  /// Brings everything to the file and closes it. Further calls do nothing.
  void finish() noexcept;

  bool failed() const noexcept { return !error_.empty(); }
  /// The system's reason, once writing has failed; empty before.
  std::string const& error() const { return error_; }
  std::string const& path() const { return path_; }
  /// Whether both are the same file, by whatever names.
  bool is_file(std::string const& other) const;

 private:
  struct State;
  void fail() noexcept;

  std::string path_;
  std::string error_;
  std::unique_ptr<State> state_;
};

}  // namespace warpline
