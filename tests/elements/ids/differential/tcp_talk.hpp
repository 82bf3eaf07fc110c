// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tests/elements/ids/differential/frame_writer.hpp"
#include "tests/elements/ids/differential/random_source.hpp"

namespace warpline::ids::differential {

struct TcpSegment {
  bool from_client = true;
  TcpFields fields;
  std::string payload;
};

/// A random connection, as a capture sees it.
struct TcpTalk {
  std::string texts[2];  ///< of the client, of the server
  std::vector<TcpSegment> segments;
};
/// `for_suricata`: with a whole handshake, one connection that both ends close, nothing missing, the
/// same bytes where segments overlap, and texts that rules look at in one piece.
TcpTalk random_talk(RandomSource& random, bool for_suricata);

/// What one end sends before the other one goes on.
struct Turn {
  bool from_client = true;
  std::string text;
};
/// A connection with a handshake in which both ends take turns. Pieces have random sizes; some come
/// twice or in another order.
TcpTalk talk_in_turns(RandomSource& random, std::vector<Turn> const& turns);

/// A connection with a handshake, in which the client sends `text`: in one segment, or cut in
/// pieces. Some pieces come twice or in another order.
TcpTalk one_segment(std::string const& text);
TcpTalk many_segments(RandomSource& random, std::string const& text);

}  // namespace warpline::ids::differential
