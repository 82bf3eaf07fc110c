// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "tests/elements/ids/evasion/http_pieces.hpp"

namespace warpline::ids::testing {
namespace {

using namespace std::string_literals;

constexpr char kUri[] = "http.uri", kFile[] = "flow:to_client; file_data",
               kAgent[] = "http.user_agent";
std::string const kRequest =
    "POST /attack?q=%61 HTTP/1.1\r\nHost: example.org:80\r\nUser-Agent: an agent\r\n"
    "Cookie: a=b\r\nContent-Length: 7\r\n\r\nthe end";
std::string const kResponse =
    "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\nServer: s\r\n\r\n" +
    chunked("a body with an attack in it", 9);

/// What rules see of them.
std::vector<Seen> seen() {
  return {{kUri, "/attack?q=a"},
          {"http.host", "example.org"},
          {kAgent, "an agent"},
          {"http.cookie", "a=b"},
          {"http.request_body", "the end"},
          {"http.stat_code", "404"},
          {"http.stat_msg", "Not Found"},
          {kFile, "a body with an attack in it"}};
}

std::string get(std::string const& target, std::string const& lines = "") {
  return "GET " + target + " HTTP/1.1\r\nHost: example.org\r\n" + lines + "\r\n";
}

/// A request whose URI comes in two versions, the first of them shorter, before the bytes in front
/// of them.
Traffic overlap() {
  std::string const text = "GET /attack HTTP/1.1\r\nHost: h\r\n\r\n";
  Traffic traffic;
  traffic.handshake();
  traffic.segment({.offset = 5, .data = "harm"});
  traffic.segment({.offset = 5, .data = text.substr(5)});
  traffic.segment({.offset = 0, .data = text.substr(0, 5)});
  return traffic.skip(true, text.size()).send(false, kOk).send(true, "").close();
}

std::string letters(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += static_cast<char>('a' + i % 26);
  return text;
}

constexpr char kAttack[] =
    "alert http any any -> any any (flow:to_client; file_data; content:\"attack\"; sid:1;)\n";

/// A response whose body has the word at an offset of `size` letters.
Traffic word_at(std::size_t offset, std::size_t size, std::size_t segment) {
  auto body = letters(size);
  body.replace(offset, 6, "attack");
  return talk_in_pieces(kGet, response("Content-Length: " + std::to_string(size) + "\r\n", body),
                        segment);
}

}  // namespace

std::vector<EvasionCase> http_segment_cases() {
  std::vector<EvasionCase> cases;
  auto const add = [&](std::string const& name, Traffic const& traffic,
                       std::vector<Seen> const& seen) -> EvasionCase& {
    return cases.emplace_back(http_case("Http" + name, traffic, seen));
  };
  add("InOneSegment", talk(kRequest, kResponse), seen());
  add("InSegmentsOfOneByte", talk_in_pieces(kRequest, kResponse, 1), seen());
  add("InSegmentsOfSevenBytes", talk_in_pieces(kRequest, kResponse, 7), seen());
  {
    Traffic traffic;
    traffic.handshake();
    for (std::size_t i = kRequest.size(); i-- > 0;)
      traffic.segment({.offset = static_cast<std::int64_t>(i), .data = kRequest.substr(i, 1)});
    traffic.skip(true, kRequest.size()).send(false, kResponse).send(true, "").close();
    add("InSegmentsOfOneByteReversed", traffic, seen());
  }
  {
    Traffic traffic;
    traffic.handshake();
    for (std::size_t i = 0; i < kRequest.size(); i += 10)
      for (auto const offset : {i, i - std::min<std::size_t>(i, 4)})
        traffic.segment(
            {.offset = static_cast<std::int64_t>(offset), .data = kRequest.substr(offset, 10)});
    traffic.skip(true, kRequest.size()).send(false, kResponse).send(true, "").close();
    add("Retransmitted", traffic, seen());
  }
  {
    Traffic traffic({.ipv6 = true});
    traffic.handshake().send(true, kRequest).send(false, kResponse).send(true, "").close();
    add("OverIpv6", traffic, seen());
  }
  {
    Traffic traffic({.server_port = 31337});
    traffic.handshake().send(true, kRequest).send(false, kResponse).send(true, "").close();
    add("OnAnotherPort", traffic, seen());
  }
  {
    Traffic traffic;
    traffic.handshake();
    auto const segment = traffic.tcp({.data = kRequest});
    for (std::size_t i = 0; i < segment.size(); i += 24)
      traffic.fragment(6, {.offset = static_cast<std::uint32_t>(i),
                           .more = i + 24 < segment.size(),
                           .data = segment.substr(i, 24)});
    traffic.skip(true, kRequest.size()).send(false, kResponse).send(true, "").close();
    add("InFragments", traffic, seen());
  }
  // Two versions of the same bytes.
  {
    Traffic traffic;
    traffic.handshake().send(true, get("/harm__")).send(false, "");
    traffic.segment({.offset = 0, .data = get("/attack")});
    traffic.send(false, kOk).send(true, "").close();
    add("UriThatChangesAfterTheAcknowledgment", traffic, {{kUri, "/harm__"}});
  }
  for (auto const& [system, later_wins] :
       {std::pair{HostSystem::kWindows, false}, std::pair{HostSystem::kBsd, false},
        std::pair{HostSystem::kVista, false}, std::pair{HostSystem::kOldLinux, true},
        std::pair{HostSystem::kLinux, true}, std::pair{HostSystem::kSolaris, true}}) {
    std::string name(host_system_names()[static_cast<std::size_t>(system)]);
    std::erase(name, '-');
    add("UriThatOverlaps_" + name, overlap(), {{kUri, later_wins ? "/attack" : "/harmck"}}).system =
        system;
  }
  {
    auto const text = get("/attack");
    Traffic traffic;
    traffic.handshake().segment({.data = get("/harm__"), .wrong_checksum = true});
    traffic.send(true, text).send(false, kOk).send(true, "").close();
    add("UriAfterAWrongChecksum", traffic, {{kUri, "/attack"}});
  }
  {
    Traffic traffic;
    traffic.handshake().segment({.flags = kRst, .offset = 400'000});
    traffic.send(true, get("/attack")).send(false, kOk).send(true, "").close();
    add("UriAfterAResetOutsideTheWindow", traffic, {{kUri, "/attack"}});
  }
  {
    Traffic traffic;
    traffic.handshake().send(true, "GET /a").skip(true, 2);
    traffic.send(true, "ack HTTP/1.1\r\nHost: h\r\n\r\n").send(false, kOk).send(true, "");
    add("UriWithAGap", traffic.close(), {{"http.stat_code", "200"}});
  }
  {
    auto const text = response("Content-Length: 12\r\n", "attack");
    Traffic traffic;
    traffic.handshake().send(true, kGet).send(false, text).skip(false, 6).send(true, "");
    traffic.send(true, get("/b")).send(false, kOk).send(true, "").close();
    add("BodyWithAGapAtItsEnd", traffic, {{kUri, "/b"}});
  }
  // Sizes around the limits.
  add("LongUri", talk_in_pieces(get("/" + letters(7000)), kOk, 1000),
      {{kUri, "/" + letters(7000)}});
  add("UriOverTheLimitInPieces", talk_in_pieces(get("/" + letters(20000)), kOk, 1000),
      {{"http.method", "GET"}})
      .expected = {};
  add("LongHeader", talk_in_pieces(get("/a", "User-Agent: " + letters(8500) + "\r\n"), kOk, 1000),
      {{kAgent, letters(8500)}, {kUri, "/a"}});
  add("HeaderOverTheLimitInPieces",
      talk_in_pieces(get("/a", "User-Agent: " + letters(20000) + "\r\n"), kOk, 1000),
      {{kUri, "/a"}});
  {
    std::string lines;
    for (int i = 0; i < 1000; ++i) lines += "N" + std::to_string(i) + ": x\r\n";
    add("ThousandHeaders", talk_in_pieces(get("/a", lines + "User-Agent: x\r\n"), kOk, 1000),
        {{kUri, "/a"}, {kAgent, "x"}});
    for (int i = 0; i < 100; ++i) lines += "M" + std::to_string(i) + ": x\r\n";
    add("ElevenHundredHeaders", talk_in_pieces(get("/a", lines + "User-Agent: x\r\n"), kOk, 1000),
        {{kUri, "/a"}});
  }
  auto const word = [&](std::string const& name, std::size_t offset, std::size_t size,
                        Sids expected) -> EvasionCase& {
    return cases.emplace_back(
        EvasionCase{"HttpBody" + name, word_at(offset, size, 1000), std::move(expected), kAttack});
  };
  word("WithAWordAtItsBeginning", 0, 90'000, {1});
  word("WithAWordAcrossTheFirstPiece", 40 * 1024 - 3, 90'000, {1});
  word("WithAWordInALaterPiece", 70'000, 90'000, {1});
  word("WithAWordAtItsEnd", 89'994, 90'000, {1});
  word("WithAWordBeforeTheLimit", 100 * 1024 - 6, 150'000, {1});
  word("WithAWordAcrossTheLimit", 100 * 1024 - 3, 150'000, {});
  word("WithAWordAfterTheLimit", 120'000, 150'000, {});
  return cases;
}

}  // namespace warpline::ids::testing
