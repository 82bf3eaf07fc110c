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

/// A segment of the client at an offset.
Traffic& at(Traffic& traffic, std::int64_t offset, std::string const& data) {
  return traffic.segment({.offset = offset, .data = data});
}

/// Ends a conversation in which the client sent `bytes` by `at`.
Traffic& end(Traffic& traffic, std::size_t bytes) {
  return traffic.skip(true, bytes).send(false, "").close();
}

Traffic each_byte(std::string const& text, bool reversed) {
  auto traffic = connection();
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto const place = reversed ? text.size() - 1 - i : i;
    at(traffic, static_cast<std::int64_t>(place), text.substr(place, 1));
  }
  return end(traffic, text.size());
}

/// Timestamps of RFC 7323, after two bytes without effect.
std::string timestamp(std::uint8_t value) {
  return "\x01\x01\x08\x0a\0\0\x01"s + static_cast<char>(value) + "\0\0\0\0"s;
}

}  // namespace

std::vector<EvasionCase> segment_cases() {
  std::vector<EvasionCase> cases;
  auto const add = [&](std::string name, Traffic traffic, Sids expected) -> EvasionCase& {
    return cases.emplace_back(
        EvasionCase{std::move(name), std::move(traffic), std::move(expected)});
  };
  {
    auto traffic = connection();
    add("PatternSplitOverTwoSegments",
        traffic.send(true, "an att").send(false, "").send(true, "ack!").send(false, "").close(),
        {1, 2});
  }
  add("SegmentsOfOneByte", each_byte("one attack here", false), {1, 2});
  add("SegmentsOfOneByteReversed", each_byte("one attack here", true), {1, 2});
  {
    auto traffic = connection();
    at(at(at(traffic, 4, "ck"), 2, "ta"), 0, "at");
    add("SegmentsReversed", end(traffic, 6), {1, 2});
  }
  {
    Traffic traffic({.client_start = 0xfffffffe});
    traffic.handshake().send(true, "att").send(true, "ack").send(false, "").close();
    add("SequenceNumbersWrap", traffic, {1, 2});
  }
  {
    Traffic traffic({.ipv6 = true});
    traffic.handshake().send(true, "att").send(true, "ack").send(false, "").close();
    add("PatternSplitInIpv6", traffic, {1, 2});
  }
  {
    auto traffic = connection();
    at(at(at(traffic, 0, "att"), 0, "att"), 3, "ack");
    add("RetransmissionOfTheSameBytes", end(traffic, 6), {1, 2});
  }
  {
    auto traffic = connection();
    at(at(traffic, 0, "att"), 2, "tack");
    add("RetransmissionWithMoreBytes", end(traffic, 6), {1, 2});
  }
  {
    auto traffic = connection();
    traffic.send(true, "xxxxxx").send(false, "ok");
    at(traffic, 0, "attack");
    add("OtherBytesAfterTheAcknowledgment", traffic.close(), {3});
  }
  {
    auto traffic = connection();
    traffic.send(true, "attack").send(false, "ok");
    at(traffic, 0, "xxxxxx");
    add("HarmlessBytesAfterTheAcknowledgment", traffic.close(), {1, 2, 3});
  }
  {
    auto traffic = connection();
    at(at(traffic, 0, "att"), 0, "xxx");
    at(traffic, 3, "ack");
    add("HarmlessBytesBeforeTheAcknowledgment", end(traffic, 6), {1, 2});
  }
  {
    auto traffic = connection();
    traffic.segment({.offset = 0, .data = "xxx", .wrong_checksum = true});
    at(at(traffic, 0, "att"), 3, "ack");
    add("WrongChecksum", end(traffic, 6), {1, 2});
    add("WrongChecksumThatIsNotChecked", traffic, {}).checksums = ChecksumPolicy::kOff;
  }
  {
    auto traffic = connection();
    traffic.segment({.offset = 0, .data = "attack", .wrong_checksum = true}).close();
    add("AttackWithAWrongChecksum", traffic, {})
        .differs({1, 2, 3}, "its rules see packets with wrong checksums");
  }
  {
    auto traffic = connection();
    traffic.segment({.offset = 0, .data = "att", .ttl = 1});
    at(traffic, 3, "ack");
    add("LowTtlIsLeftAsItIs", end(traffic, 6), {1, 2});
  }
  {
    auto traffic = connection();
    traffic.segment({.offset = 0, .data = "xxx", .ttl = 1});
    at(at(traffic, 0, "att"), 3, "ack");
    add("LowTtlComesFirst", end(traffic, 6), {});
  }
  {
    auto traffic = connection();
    traffic.send(true, "att");
    traffic.segment({.offset = 5'000'000, .data = "attack"});
    traffic.send(true, "ack").send(false, "").close();
    add("SegmentFarOutsideTheWindow", traffic, {1, 1, 2, 3}).differs({1, 1, 2, 2, 3}, kFallsBack);
  }
  {
    auto traffic = connection();
    traffic.send(true, "att");
    traffic.segment({.offset = -400'000, .data = "attack"});
    traffic.send(true, "ack").send(false, "").close();
    add("SegmentFarBeforeTheWindow", traffic, {1, 1, 2, 3}).differs({1, 1, 2, 2, 3}, kFallsBack);
  }
  {
    auto traffic = connection();
    traffic.send(true, "att").send(false, "");
    at(traffic, 2, "x");  // a byte that was acknowledged
    traffic.send(true, "ack").send(false, "").close();
    add("KeepAliveWithAByte", traffic, {1, 2});
  }
  {
    auto traffic = connection();
    traffic.segment({.flags = kAck | kUrgent, .data = "attXack", .urgent = 3});
    add("UrgentByteInAPattern", end(traffic, 7), {});
  }
  {
    auto traffic = connection();
    traffic.segment({.flags = kAck | kUrgent, .data = "attack", .urgent = 3});
    add("UrgentDataIsPartOfTheStream", end(traffic, 6), {1, 2, 3});
  }
  {
    Traffic traffic;
    traffic.segment({.flags = kSyn, .offset = -1, .options = timestamp(100)});
    traffic.segment(
        {.to_server = false, .flags = kSyn | kAck, .offset = -1, .options = timestamp(100)});
    traffic.segment({.options = timestamp(101)});
    traffic.segment({.data = "att", .options = timestamp(102)});
    traffic.segment({.offset = 3, .data = "xxx", .options = timestamp(1)});
    traffic.segment({.offset = 3, .data = "ack", .options = timestamp(103)});
    traffic.segment({.to_server = false, .acked = 6, .options = timestamp(103)});
    add("OldTimestamp", traffic, {1, 2});
  }
  return cases;
}

}  // namespace warpline::ids::testing
