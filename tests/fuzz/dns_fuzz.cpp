// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/app/probe.hpp"
#include "elements/ids/app/sessions.hpp"
#include "tests/fuzz/app_talk.hpp"

/// DNS: the first byte chooses UDP, where each piece is a message, or TCP.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace warpline;
  if (size == 0) return 0;
  bool const over_tcp = (data[0] & 1) != 0;
  auto const session = ids::make_dns_session(over_tcp);
  if (over_tcp) {
    fuzz::test_stream(*session, data + 1, size - 1);
    return 0;
  }
  fuzz::each_piece(data + 1, size - 1, [&](bool to_server, Bytes bytes) {
    session->add(to_server, bytes);
    fuzz::require(ids::probe_dns(bytes, false) != ids::Probe::kMore, "a datagram is whole");
    fuzz::contents(*session);
    if (session->end() - session->first() > 4) session->remove_first();
  });
  return 0;
}
