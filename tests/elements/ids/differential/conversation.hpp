// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tests/elements/ids/differential/frame_writer.hpp"
#include "tests/elements/ids/differential/random_source.hpp"
#include "tests/elements/ids/reference/detector_reference.hpp"

namespace warpline::ids::differential {

/// The text of a buffer in one transaction.
struct Sample {
  std::string protocol, keyword, text;
};

/// Random packets of some flows, and what a generator of rules needs to know of them.
struct Conversation {
  std::vector<reference::Frame> frames;
  std::vector<std::string> texts;   ///< streams and payloads
  std::vector<Ends> ends;           ///< of the flows, from the client
  std::vector<unsigned> protocols;  ///< of the flows
  std::vector<Sample> samples;      ///< of the buffers of transactions
  bool pipelined = false;           ///< some responses came in one row
  bool fragments = false;           ///< some packets came in fragments
};

/// Flows of TCP, UDP and ICMP with segments of random sizes, repetitions, overlaps with other
/// bytes, changed order, missing segments, fragments, and every way to begin and to end.
/// `for_suricata`: leaves out what Suricata 7.0.10 is known to see differently (docs/ids.md).
Conversation random_conversation(RandomSource& random, bool for_suricata = false);

/// Conversations of HTTP/1 over TCP and DNS over UDP, well-formed: several transactions a flow,
/// pipelined or in turn, in segments of random sizes that come twice or in another order.
/// `for_suricata`: leaves out what Suricata 7.0.10 is known to see differently (docs/ids.md).
Conversation random_app_conversation(RandomSource& random, bool for_suricata = false);

/// The frames of flows in one random order, in which each flow keeps its own.
std::vector<reference::Frame> in_one_order(RandomSource& random,
                                           std::vector<std::vector<std::string>> const& flows);

}  // namespace warpline::ids::differential
