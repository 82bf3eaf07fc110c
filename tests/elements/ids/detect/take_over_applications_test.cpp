// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "tests/elements/ids/detect/reloaded.hpp"

namespace warpline::ids {
namespace {

using testing::Reloaded;
using testing::Sids;

DetectorOptions ips() {
  DetectorOptions options;
  options.ips = true;
  return options;
}

std::string const kUri = "alert http any any -> any any (http.uri; content:\"/attack\"; sid:1;)\n";
std::string const kHost =
    "alert http any any -> any any (http.host; content:\"example\"; sid:2;)\n";
std::string const kOther =
    "alert http any any -> any any (http.uri; content:\"/nothing\"; sid:3;)\n";

TEST(TakeOverApplications, ContinuesARequest) {
  Reloaded talk(kUri, ips());
  talk.handshake();
  talk.say("GET /att");
  talk.reload(kOther + kUri);
  talk.say("ack HTTP/1.1\r\nHo");
  talk.reload(kUri);
  talk.say("st: example.org\r\n\r\n");
  EXPECT_EQ(talk.end(), Sids{1});
}

TEST(TakeOverApplications, ARuleMatchesInATransactionOnce) {
  Reloaded talk(kUri, ips());
  talk.handshake();
  talk.say("GET /attack HTTP/1.1\r\n");
  for (int i = 0; i < 5; ++i) {
    talk.reload(i % 2 == 0 ? kOther + kUri : kUri);
    talk.say("X: y\r\n");
  }
  talk.say("\r\n");
  EXPECT_EQ(talk.sids(), Sids{1});
  talk.reload(kOther + kUri);
  talk.say("GET /attack HTTP/1.1\r\n\r\n");
  EXPECT_EQ(talk.end(), (Sids{1, 1}));
}

TEST(TakeOverApplications, NewRulesSeeTheBuffersOfOpenTransactions) {
  Reloaded talk(kOther, ips());
  talk.handshake();
  talk.say("GET /attack HTTP/1.1\r\nHost: example.org\r\n");
  talk.reload(kUri + kHost);
  talk.say("\r\n");
  EXPECT_EQ(talk.end(), (Sids{1, 2}));
}

TEST(TakeOverApplications, FindsTheProtocolOfBytesFromBefore) {
  Reloaded talk("alert tcp any any -> any 81 (msg:\"none\"; sid:9;)", ips());
  talk.handshake();
  talk.say("GE");
  talk.reload(kUri);
  talk.say("T /attack HTTP/1.1\r\n\r\n");
  EXPECT_EQ(talk.end(), Sids{1});
}

// Sessions outlive the detector that made them, and so does the memory that they share.
TEST(TakeOverApplications, KeepsManySessions) {
  Reloaded talk(kUri, ips());
  for (int i = 0; i < 20; ++i) {
    talk.begin_connection(static_cast<std::uint16_t>(41000 + i));
    talk.handshake();
    talk.say("GET /attack HTTP/1.1\r\n");
    talk.reload(i % 2 == 0 ? kOther + kUri : kUri);
    talk.say("\r\n");
    talk.send(false, testing::Frames::kAck, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  }
  EXPECT_EQ(talk.end(), Sids(20, 1));
}

// The sessions of earlier rules make no fingerprints: new flows must not get them.
TEST(TakeOverApplications, SessionsMakeWhatTheNewRulesLookAt) {
  std::string const hello(
      "\x16\x03\x01\x00\x31\x01\x00\x00\x2d\x03\x03"
      "01234567890123456789012345678901"
      "\x00\x00\x02\x00\x2f\x01\x00\x00\x02\x00\x00",
      54);
  Reloaded talk("alert tls any any -> any any (tls.sni; content:\"absent\"; sid:1;)", ips());
  talk.handshake();
  talk.say(hello);
  talk.send(true, testing::Frames::kRst);
  talk.reload("alert tls any any -> any any (ja3.string; content:\"771,47\"; sid:2;)");
  talk.begin_connection(40000);  // its SYN ends the first flow, whose session is then free
  talk.handshake();
  talk.say(hello);
  EXPECT_EQ(talk.end(), Sids{2});
}

}  // namespace
}  // namespace warpline::ids
