// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace warpline::bench {

/// Traffic of a generator port for a case.
struct Traffic {
  std::string sizes;               ///< bytes of a frame, or `imix`
  std::string payload = "random";  ///< `random`, `text`, or `pcap`
  std::string pcap;                ///< the capture for `pcap`
  bool recycled = false;
  unsigned flows = 4096;
  std::string to{};         ///< prefix of the destinations; empty: the generator's default
  std::uint64_t hosts = 0;  ///< number of its addresses that are used, from the first; 0: all
};

/// The port spec of a generator.
std::string generator_spec(Traffic const& traffic);

/// `text` as one argument of a pipeline, in quotes.
std::string quote(std::string const& text);

/// Describes for people whether payloads are recycled or copied.
std::string payload_label(Traffic const& traffic);

}  // namespace warpline::bench
