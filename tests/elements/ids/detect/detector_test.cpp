// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/detect/detector.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/net/wire.hpp"
#include "tests/elements/ids/test_rules.hpp"

namespace warpline::ids {
namespace {

constexpr std::uint8_t kFin = 1, kSyn = 2, kRst = 4, kAck = 16;

/// The detector with some rules, and a TCP connection whose packets it gets.
class Conversation : public DetectorEvents {
 public:
  explicit Conversation(std::string text, DetectorOptions options = {}) {
    test::TestRules const rules(std::move(text));
    set_ = rules.set;
    options.checksums = ChecksumPolicy::kOff;
    options.flows = 64;
    options.stream_memory = 1 << 20;
    options.defrag_memory = 1 << 16;
    options.datagrams = 16;
    detector_ = std::make_unique<Detector>(set_, rules.searches, shared_, options, *this, 5);
  }

  FrameVerdict send(bool to_server, std::uint8_t flags, std::string const& data = {}) {
    auto& next = next_[to_server ? 0 : 1];
    auto const kind = segment(to_server, flags, next, data);
    next += static_cast<std::uint32_t>(data.size()) + ((flags & (kSyn | kFin)) != 0 ? 1 : 0);
    return kind;
  }
  /// With another sequence number than the next one.
  FrameVerdict segment(bool to_server, std::uint8_t flags, std::uint32_t sequence,
                       std::string const& data) {
    std::vector<std::uint8_t> frame(14 + 20 + 20);
    frame[12] = 8;
    frame[14] = 0x45;
    frame[14 + 8] = 64;
    frame[14 + 9] = protocol::kTcp;
    auto const half = [&](std::size_t at, std::uint32_t value) {
      frame[at] = static_cast<std::uint8_t>(value >> 8);
      frame[at + 1] = static_cast<std::uint8_t>(value);
    };
    auto const word = [&](std::size_t at, std::uint32_t value) {
      half(at, value >> 16);
      half(at + 2, value & 0xffff);
    };
    half(14 + 2, static_cast<std::uint32_t>(40 + data.size()));
    word(14 + 12, to_server ? 0x0a000001 : 0xc0000201);
    word(14 + 16, to_server ? 0xc0000201 : 0x0a000001);
    half(34, to_server ? 40000 : 80);
    half(36, to_server ? 80 : 40000);
    word(38, sequence);
    word(42, next_[to_server ? 1 : 0]);
    frame[46] = 0x50;
    frame[47] = flags;
    half(48, 65535);
    frame.insert(frame.end(), data.begin(), data.end());
    time_ns_ += 1'000'000;
    return detector_->process({frame.data(), static_cast<std::uint32_t>(frame.size())},
                              {time_ns_, ++number_, {}}, {});
  }
  void wait_seconds(std::uint64_t seconds) { time_ns_ += seconds * 1'000'000'000; }
  Conversation& handshake() {
    send(true, kSyn);
    send(false, kSyn | kAck);
    send(true, kAck);
    return *this;
  }
  std::uint32_t next(bool to_server) const { return next_[to_server ? 0 : 1]; }
  /// The alerts so far, and those of the last look.
  std::vector<std::uint32_t> end() {
    detector_->finish();
    return sids_;
  }
  std::vector<std::uint32_t> const& sids() const { return sids_; }
  unsigned ended() const { return ended_; }
  bool midstream() const { return midstream_; }     ///< of the flow that ended last
  std::uint64_t end_ns() const { return end_ns_; }  ///< of its last packet
  std::uint64_t time_ns() const { return time_ns_; }
  Detector const& detector() const { return *detector_; }

  void alert(PacketContext const&, RuleAlert const& alert) override {
    sids_.push_back(set_->rules()[alert.rule].rule.sid);
  }
  void drop(PacketContext const&, std::optional<std::uint32_t>) override {}
  void flow_ended(Flow const& flow, FlowEvent::Reason, std::uint64_t end_ns,
                  std::uint64_t) override {
    ++ended_;
    end_ns_ = end_ns;
    midstream_ = flow.midstream;
  }

 private:
  std::shared_ptr<RuleSet const> set_;
  SharedState shared_{3};
  std::unique_ptr<Detector> detector_;
  std::vector<std::uint32_t> sids_;
  bool midstream_ = false;
  unsigned ended_ = 0;
  std::uint64_t end_ns_ = 0;
  std::uint32_t next_[2] = {1000, 5000};
  std::uint64_t time_ns_ = 1'000'000'000, number_ = 0;
};

using Sids = std::vector<std::uint32_t>;

TEST(Detector, FindsContentsAcrossSegments) {
  Conversation talk(
      "alert tcp any any -> any 80 (content:\"attack\"; content:\"now\"; distance:1; sid:1;)");
  talk.handshake();
  talk.send(true, kAck, "an att");
  talk.send(true, kAck, "ack right");
  talk.send(true, kAck, " now!");
  EXPECT_EQ(talk.end(), Sids{1});
}

TEST(Detector, PutsSegmentsInOrder) {
  Conversation talk("alert tcp any any -> any 80 (content:\"abcdef\"; sid:1;)");
  talk.handshake();
  auto const begin = talk.next(true);
  talk.segment(true, kAck, begin + 4, "ef");
  talk.segment(true, kAck, begin, "abcd");
  EXPECT_EQ(talk.end(), Sids{1});
  EXPECT_EQ(talk.detector().stream_pool().in_use(), 0u);
}

TEST(Detector, PacketAfterTheTimeoutOfItsFlowBeginsAnother) {
  Conversation talk("alert tcp any any -> any 80 (flow:established; content:\"attack\"; sid:1;)");
  talk.handshake();
  talk.wait_seconds(3599);
  talk.send(true, kAck, "attack");
  talk.send(false, kAck);
  EXPECT_EQ(talk.ended(), 0u);
  talk.wait_seconds(3601);
  talk.send(true, kAck, "attack");
  EXPECT_EQ(talk.ended(), 1u) << "although nothing has looked for flows that are over";
  EXPECT_EQ(talk.end(), Sids{1}) << "the second one is in no connection that is established";
}

TEST(Detector, EndsStreamsForRulesWithoutAPattern) {
  Conversation talk("alert tcp any any -> any 80 (pcre:\"/a[b-d]{3}e/\"; sid:1;)");
  talk.handshake();
  talk.send(true, kAck, "xx abcde");
  EXPECT_EQ(talk.end(), Sids{1});
}

TEST(Detector, AlertsOnceForAMatchOverTheBorderOfAChunk) {
  Conversation talk("alert tcp any any -> any 80 (content:\"attack\"; sid:1;)");
  talk.handshake();
  auto const chunk = std::string(Detector::kChunk - 3, 'x');
  talk.send(true, kAck, chunk + "att");
  talk.send(false, kAck);
  talk.send(true, kAck, "ack" + chunk);
  talk.send(false, kAck);
  talk.send(true, kAck, "y");
  EXPECT_EQ(talk.end(), Sids{1});
  EXPECT_GE(talk.detector().counters().inspections, 2u);
}

TEST(Detector, CountsDepthFromTheBeginningOfTheStream) {
  Conversation talk("alert tcp-stream any any -> any 80 (content:\"attack\"; depth:6; sid:1;)");
  talk.handshake();
  auto const chunk = std::string(2 * Detector::kChunk, 'x');
  talk.send(true, kAck, chunk);
  talk.send(false, kAck);
  talk.send(true, kAck, "attack");
  EXPECT_EQ(talk.end(), Sids{});
}

TEST(Detector, SeesBytesWithoutAHandshakeAsPackets) {
  std::string const rules =
      "alert tcp any any -> any 80 (content:\"attack\"; sid:1;)\n"
      "alert tcp-stream any any -> any 80 (content:\"attack\"; sid:2;)\n"
      "alert tcp any any -> any 80 (flow:established; content:\"attack\"; sid:3;)\n";
  Conversation talk(rules);
  talk.send(true, kAck, "attack");
  EXPECT_EQ(talk.end(), Sids{1});
  DetectorOptions options;
  options.tcp.midstream = true;
  Conversation midstream(rules, options);
  midstream.send(true, kAck, "attack");
  auto sids = midstream.end();
  std::sort(sids.begin(), sids.end());
  EXPECT_EQ(sids, (Sids{1, 2, 3}));
}

TEST(Detector, SetsFlowbitsBeforeRulesThatReadThem) {
  Conversation talk(
      "alert tcp any any -> any 80 (content:\"two\"; flowbits:isset,seen; sid:1;)\n"
      "alert tcp any any -> any 80 (content:\"one\"; flowbits:set,seen; flowbits:noalert; "
      "sid:2;)\n");
  talk.handshake();
  talk.send(true, kAck, "one two");
  EXPECT_EQ(talk.end(), Sids{1});
}

TEST(Detector, PassSilencesTheWholeFlowAfterAMatchInTheStream) {
  DetectorOptions options;
  options.ips = true;
  Conversation talk(
      "pass tcp any any -> any 80 (content:\"trusted\"; sid:1;)\n"
      "alert tcp any any -> any 80 (content:\"attack\"; sid:2;)\n",
      options);
  talk.handshake();
  talk.send(true, kAck, "trusted");
  talk.send(true, kAck, "attack");
  EXPECT_EQ(talk.end(), Sids{});
}

TEST(Detector, DropsTheFlowInModeIps) {
  DetectorOptions options;
  options.ips = true;
  Conversation talk("drop tcp any any -> any 80 (content:\"attack\"; sid:1;)", options);
  talk.handshake();
  EXPECT_EQ(talk.send(true, kAck, "attack"), FrameVerdict::kDrop);
  EXPECT_EQ(talk.send(true, kAck, "more"), FrameVerdict::kDrop);
  EXPECT_EQ(talk.end(), Sids{1});
}

TEST(Detector, IgnoresAResetOutsideTheWindow) {
  Conversation talk("alert tcp any any -> any 80 (content:\"attack\"; sid:1;)");
  talk.handshake();
  talk.send(true, kAck, "att");
  talk.segment(false, kRst, talk.next(false) + 1'000'000, {});
  talk.send(true, kAck, "ack");
  EXPECT_EQ(talk.end(), Sids{1});
}

/// The packets with which Suricata 7.0.10 alerts on the same conversations.
TEST(Detector, LooksAtAcknowledgedBytesOnceTheClientHasClosedFirst) {
  auto const talk_to_close = [](Conversation& talk) {
    talk.handshake();
    talk.send(true, kAck, "attack1");
    talk.send(false, kAck);
    talk.send(false, kAck, "attack2");
    talk.send(true, kAck);
    EXPECT_EQ(talk.sids(), Sids{});
  };
  std::string const rule = "alert tcp any any -> any any (content:\"attack\"; sid:1;)";
  Conversation client(rule);
  talk_to_close(client);
  client.send(true, kAck | kFin);
  EXPECT_EQ(client.sids().size(), 1u) << "to the server";
  client.send(false, kAck);
  EXPECT_EQ(client.sids().size(), 2u) << "to the client";
  client.send(false, kAck, "attack3");
  EXPECT_EQ(client.sids().size(), 2u) << "not acknowledged";
  EXPECT_EQ(client.end().size(), 3u);

  Conversation server(rule);
  talk_to_close(server);
  server.send(false, kAck | kFin);
  server.send(true, kAck);
  server.send(true, kAck | kFin);
  EXPECT_EQ(server.sids(), Sids{});
  server.send(false, kAck);
  EXPECT_EQ(server.sids().size(), 1u) << "to the client, with the packet that closes";
  EXPECT_EQ(server.end().size(), 2u);
}

TEST(Detector, MarksFlowsThatBeginWithoutAHandshake) {
  std::string const rule = "alert tcp any any -> any any (content:\"attack\"; sid:1;)";
  Conversation late(rule);
  late.send(true, kAck, "attack");
  late.end();
  EXPECT_TRUE(late.midstream());
  Conversation answer(rule);
  answer.send(false, kSyn | kAck);
  answer.end();
  EXPECT_TRUE(answer.midstream());
  Conversation whole(rule);
  whole.handshake().end();
  EXPECT_FALSE(whole.midstream());
}

TEST(Detector, KnowsTheLastPacketOfAFlowAfterTwoMonths) {
  Conversation talk("alert tcp any any -> any any (content:\"attack\"; sid:1;)");
  talk.handshake();
  talk.wait_seconds(60 * 86400);
  talk.send(true, kSyn);
  talk.end();
  EXPECT_EQ(talk.ended(), 2u);
  EXPECT_EQ(talk.end_ns(), talk.time_ns());
}

/// The numbers are those of Suricata 7.0.10 on the same conversation, packet by packet.
TEST(Detector, CountsSynAndAcknowledgedFinInStreamSize) {
  std::string rules;
  for (unsigned size = 0; size < 10; ++size)
    for (auto const* const side : {"client", "server"})
      rules += std::string("alert tcp any any -> any any (stream_size:") + side + ",=," +
               std::to_string(size) + "; sid:" + std::to_string((*side == 'c' ? 100 : 200) + size) +
               ";)\n";
  Conversation talk(rules);
  Sids expected;
  auto const now = [&](std::uint32_t client, std::uint32_t server) {
    expected.insert(expected.end(), {100 + client, 200 + server});
    EXPECT_EQ(talk.sids(), expected);
  };
  talk.send(true, kSyn);
  now(1, 0);
  talk.send(false, kSyn | kAck);
  now(1, 1);
  talk.send(true, kAck, "attack1");
  now(8, 1);
  talk.send(true, kAck | kFin);
  now(8, 1);
  talk.send(false, kAck);
  now(9, 1);
  talk.send(false, kAck | kFin);
  now(9, 1);
  talk.send(true, kAck);
  now(9, 2);
  Conversation server(rules);
  server.handshake();
  server.send(false, kAck | kFin);
  EXPECT_EQ(server.sids().back(), 202u);
}

/// Rules that look for `one` to `nine` in the payload, and one for large payloads.
std::string rules_for_numbers() {
  std::string text = "alert tcp any any -> any any (dsize:>90; sid:10;)\n";
  std::uint32_t sid = 0;
  for (auto const* const word : {"one", "two", "three", "four", "five", "six"})
    text += "alert tcp any any -> any any (content:\"" + std::string(word) +
            "\"; sid:" + std::to_string(++sid) + ";)\n";
  return text + "alert tcp any any -> any any (flags:A; pcre:\"/seven/\"; sid:7;)\n";
}

std::string tls_record(std::uint8_t type, std::string const& body) {
  std::string text{static_cast<char>(type), 3, 3, 0, static_cast<char>(body.size())};
  return text + body;
}

// What is expected is what Suricata 7.0.10 gave for such connections.
TEST(Detector, LooksAtNoPayloadOnceAConnectionIsEncrypted) {
  constexpr std::uint8_t kCipher = 20, kMessage = 22, kData = 23;
  Conversation talk(rules_for_numbers());
  talk.handshake();
  auto const exchange = [&](bool to_server, std::string const& text) {
    talk.send(to_server, kAck, text);
    talk.send(!to_server, kAck);
  };
  auto const hello = std::string{3, 3} + std::string(32, 'r') + std::string{0, 0, 2, 0x13, 1, 1, 0};
  exchange(true,
           tls_record(kMessage, std::string{1, 0, 0, static_cast<char>(hello.size())} + hello));
  exchange(false, tls_record(kMessage, "one") + tls_record(kCipher, "\1"));
  exchange(true, tls_record(kCipher, "\1") + tls_record(kMessage, "two"));
  exchange(false, tls_record(kMessage, "three"));
  exchange(false, tls_record(kData, "four"));
  EXPECT_EQ(talk.sids(), (Sids{2, 1, 3})) << "the last look";
  exchange(true, tls_record(kData, "five" + std::string(100, ' ')));
  exchange(true, tls_record(kData, "seven"));
  exchange(false, tls_record(kMessage, "six"));
  talk.send(true, kAck | kFin, tls_record(kData, "one"));
  talk.send(false, kAck | kFin, tls_record(kData, "one"));
  talk.send(true, kAck);
  EXPECT_EQ(talk.end(), (Sids{2, 1, 3}));
}

}  // namespace
}  // namespace warpline::ids
