// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace warpline::bench {

/// Traffic that a generator port makes for a case.
struct Traffic {
  std::string sizes;               ///< bytes of a frame, or `imix`
  std::string payload = "random";  ///< `random`, `text`, or `pcap`
  std::string pcap;                ///< the capture for `pcap`
  bool recycled = false;
  unsigned flows = 4096;
  std::string to{};         ///< prefix of the destinations; empty: the generator's own
  std::uint64_t hosts = 0;  ///< how many addresses of it, from the first on; 0: all
};

/// The port spec of a generator.
std::string generator_spec(Traffic const& traffic);

/// `text` as one argument of a pipeline, in quotes.
std::string quote(std::string const& text);

/// Whether payloads are recycled or copied afresh, for people.
std::string payload_label(Traffic const& traffic);

}  // namespace warpline::bench
