// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/elements/ids/evasion/cases.hpp"

namespace warpline::ids::testing {
namespace {

using namespace std::string_literals;

Traffic connection() {
  Traffic traffic;
  return traffic.handshake();
}

/// A connection whose client has sent a part of the word, and which `more` disturbs before the rest.
template <class More>
Traffic disturbed(More&& more) {
  auto traffic = connection();
  traffic.send(true, "att").send(false, "");
  more(traffic);
  return traffic.send(true, "ack").send(false, "").close();
}

}  // namespace

std::vector<EvasionCase> connection_cases() {
  std::vector<EvasionCase> cases;
  auto const add = [&](std::string name, Traffic traffic, Sids expected) -> EvasionCase& {
    return cases.emplace_back(
        EvasionCase{std::move(name), std::move(traffic), std::move(expected)});
  };
  add("ResetOutsideTheWindow", disturbed([](Traffic& traffic) {
        traffic.segment({.flags = kRst, .offset = 9'000'000});
        traffic.segment({.to_server = false, .flags = kRst, .offset = -9'000'000});
      }),
      {1, 2});
  add("ResetWithAWrongChecksum", disturbed([](Traffic& traffic) {
        traffic.segment({.flags = kRst, .offset = 3, .wrong_checksum = true});
      }),
      {1, 2});
  // RFC 9293 section 3.10.7.4: only the next number resets; others of the window are questioned.
  add("ResetInTheWindowButNotNext",
      disturbed([](Traffic& traffic) { traffic.segment({.flags = kRst | kAck, .offset = 100}); }),
      {1, 2});
  add("ResetWithTheNextNumber",
      disturbed([](Traffic& traffic) { traffic.segment({.flags = kRst | kAck, .offset = 3}); }),
      {});
  {
    auto traffic = connection();
    traffic.segment({.flags = kRst | kAck, .data = "attack"});
    add("ResetWithData", traffic, {1, 3}).differs({1, 2, 3}, kFallsBack);
  }
  {
    Traffic traffic;
    traffic.segment({.flags = kSyn, .offset = -1, .data = "attack"});
    traffic.segment({.to_server = false, .flags = kSyn | kAck, .offset = -1, .acked = 0});
    traffic.send(true, "").send(true, "xxxxxx").send(false, "").close();
    add("SynWithDataWithoutFastOpen", traffic, {1, 3}).differs({1, 2, 3}, kFallsBack);
  }
  {
    Traffic traffic;
    auto const cookie =
        "\x22\x0a"
        "12345678\x01\x01"s;
    traffic.segment({.flags = kSyn, .offset = -1, .data = "att", .options = cookie});
    traffic.segment({.to_server = false, .flags = kSyn | kAck, .offset = -1, .acked = 3});
    traffic.skip(true, 3).send(true, "").send(true, "ack").send(false, "").close();
    add("SynWithDataAndFastOpen", traffic, {1, 2});
  }
  {
    Traffic traffic;
    traffic.segment({.flags = kSyn, .offset = -1});
    traffic.segment({.offset = 0, .data = "attack"});
    add("DataBeforeTheAnswerToTheSyn", traffic, {1, 3}).differs({1, 2, 3}, kFallsBack);
  }
  {
    Traffic traffic;
    traffic.segment({.flags = kSyn, .offset = -1});
    traffic.segment({.to_server = false, .flags = kSyn | kAck, .offset = -1});
    traffic.send(true, "att").send(true, "ack").send(false, "").close();
    add("DataWithTheLastOfTheHandshake", traffic, {1, 2});
  }
  {
    Traffic traffic;
    traffic.segment({.flags = kSyn, .offset = -1});
    traffic.segment({.to_server = false, .flags = kSyn | kAck, .offset = -1, .acked = 5000});
    traffic.segment({.to_server = false, .flags = kSyn | kAck, .offset = -1});
    traffic.send(true, "").send(true, "att").send(true, "ack").send(false, "").close();
    add("AnswerToAnotherSyn", traffic, {1, 2});
  }
  {
    Traffic traffic;
    traffic.segment({.flags = kSyn, .offset = 7'000'000});
    traffic.segment({.flags = kSyn, .offset = -1});
    traffic.segment({.to_server = false, .flags = kSyn | kAck, .offset = -1});
    traffic.send(true, "").send(true, "att").send(true, "ack").send(false, "").close();
    add("TwoSynsBeforeTheAnswer", traffic, {1, 2})
        .differs({}, "it keeps the number of the first SYN, which nobody answered");
  }
  {
    Traffic traffic;  // the server answers with a SYN alone
    traffic.segment({.flags = kSyn, .offset = -1});
    traffic.segment({.to_server = false, .flags = kSyn, .offset = -1});
    traffic.segment({.flags = kSyn | kAck, .offset = -1});
    traffic.segment({.to_server = false, .offset = 0});
    traffic.send(true, "att").send(true, "ack").send(false, "").close();
    add("SplitHandshakeOfFour", traffic, {1, 2});
  }
  {
    Traffic traffic;  // the server acknowledges, then opens
    traffic.segment({.flags = kSyn, .offset = -1});
    traffic.segment({.to_server = false, .flags = kAck, .offset = -1});
    traffic.segment({.to_server = false, .flags = kSyn, .offset = -1});
    traffic.segment({.flags = kSyn | kAck, .offset = -1});
    traffic.segment({.to_server = false, .offset = 0});
    traffic.send(true, "att").send(true, "ack").send(false, "").close();
    add("SplitHandshakeOfFive", traffic, {1, 2});
  }
  {
    Traffic traffic;
    traffic.segment({.flags = kSyn, .offset = -1});
    traffic.segment({.to_server = false, .flags = kSyn | kAck, .offset = -1});
    traffic.send(false, "att");
    traffic.segment({.to_server = false, .flags = kSyn | kAck, .offset = 999});
    traffic.send(true, "").send(false, "ack").send(true, "").close();
    add("AnotherAnswerAfterTheFirstBytes", traffic, {1, 2});
  }
  add("SynInTheConnection",
      disturbed([](Traffic& traffic) { traffic.segment({.flags = kSyn, .offset = 4'000'000}); }),
      {1, 2});
  add("AnswerInTheConnection", disturbed([](Traffic& traffic) {
        traffic.segment(
            {.to_server = false, .flags = kSyn | kAck, .offset = 4'000'000, .acked = 3});
      }),
      {1, 2});
  // RFC 9293 section 3.10.7.4: a receiver drops a segment without ACK.
  add("BytesWithoutTheFlagAck", disturbed([](Traffic& traffic) {
        traffic.segment({.flags = kPush, .offset = 3, .data = "xxx"});
      }),
      {1, 2});
  add("FinWithoutTheFlagAck",
      disturbed([](Traffic& traffic) { traffic.segment({.flags = kFin, .offset = 3}); }), {1, 2})
      .differs({}, "a FIN without ACK ends the stream");
  add("FinWithAWrongNumber", disturbed([](Traffic& traffic) {
        traffic.segment({.flags = kFin | kAck, .offset = 9'000'000});
        traffic.segment({.to_server = false, .flags = kFin | kAck, .offset = -9'000'000});
      }),
      {1, 2});
  add("AcknowledgmentOfBytesThatNobodySent", disturbed([](Traffic& traffic) {
        traffic.segment({.to_server = false, .acked = 6'000'000});
      }),
      {1, 2});
  {
    auto traffic = connection();
    traffic.segment({.flags = kFin | kAck, .data = "att"});
    traffic.segment({.to_server = false, .acked = 4});
    traffic.segment({.offset = 3, .data = "ack"}).segment({.offset = 4, .data = "ack"});
    add("DataAfterTheFin", traffic, {});
  }
  {
    auto traffic = connection();
    traffic.segment({.flags = kFin | kAck, .offset = 3, .data = "ack"});
    traffic.segment({.offset = 0, .data = "att"});
    traffic.segment({.to_server = false, .acked = 7});
    add("FinBeforeEarlierData", traffic, {1, 2});
  }
  {
    auto traffic = connection();
    traffic.send(true, "att").send(false, "").close();
    traffic.use({.client_start = 80'000, .server_start = 90'000}).handshake();
    traffic.send(true, "attack").send(false, "").close();
    add("ConnectionWithTheSamePorts", traffic, {1, 2, 3});
  }
  {
    auto traffic = connection();
    traffic.send(true, "att").send(false, "").close();
    traffic.use({.client_start = 80'000, .server_start = 90'000}).handshake();
    traffic.send(true, "ack").send(false, "").close();
    add("PatternSplitOverTwoConnections", traffic, {});
  }
  {
    Traffic traffic;
    traffic.send(true, "att").send(false, "").send(true, "ack").send(false, "");
    add("NoHandshake", traffic, {});
    auto& midstream = add("NoHandshakeInModeMidstream", traffic, {1, 2});
    midstream.midstream = true;
  }
  {
    auto traffic = connection();
    traffic.send(true, "att").send(false, "ack").close();
    add("PatternSplitOverBothDirections", traffic, {});
  }
  {
    auto traffic = connection();
    traffic.send(false, "att").send(true, "").send(false, "ack").send(true, "").close();
    add("PatternFromTheServer", traffic, {1, 2});
  }
  return cases;
}

}  // namespace warpline::ids::testing
