// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/packet/packet.hpp"
#include "io/generator/generator_options.hpp"

namespace warpline {

/// Bytes that payloads are cut from, and the places where a payload may begin. Never changes after
/// construction; any thread may read.
class PayloadSource {
 public:
  /// Bytes that may be read from any start on.
  static constexpr std::size_t kLongest = 65536;

  /// Throws `ConfigError` if a capture cannot be read or contains no payload.
  static PayloadSource make(PayloadKind kind, std::uint64_t seed, std::string const& capture);

  std::size_t starts() const { return starts_.size(); }
  std::uint8_t const* start(std::size_t index) const { return bytes_.data() + starts_[index]; }

  /// All bytes once, without the repetition at the end that makes every start equally long.
  Bytes bytes() const {
    return {bytes_.data(), static_cast<std::uint32_t>(bytes_.size() - kLongest)};
  }

 private:
  PayloadSource() = default;
  void close();

  std::vector<std::uint8_t> bytes_;
  std::vector<std::uint32_t> starts_;
};

/// The payload of an IP packet, as `walk_layers` finds it: the bytes in which IDSMatch would
/// search. Empty if the frame holds no IP packet or a malformed one.
Bytes payload_of_frame(Bytes frame);

}  // namespace warpline
