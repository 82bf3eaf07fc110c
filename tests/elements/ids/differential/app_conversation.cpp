// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>

#include "tests/elements/ids/differential/conversation.hpp"
#include "tests/elements/ids/differential/tcp_talk.hpp"
#include "tests/elements/ids/reference/http_reader.hpp"

namespace warpline::ids::differential {
namespace {

using Words = std::vector<std::string>;

/// Letters of few kinds that need no encoding.
std::string word(RandomSource& random, std::uint32_t max) {
  std::string text;
  for (auto count = random.between(1, max); count > 0; --count)
    text += "aabbcdABCD012"[random.below(13)];
  return text;
}

std::string target(RandomSource& random) {
  std::string text;
  for (auto count = random.between(1, 3); count > 0; --count) text += "/" + word(random, 8);
  if (random.chance(20)) text += "%4" + std::string(1, static_cast<char>('1' + random.below(4)));
  if (random.chance(30)) text += "?" + word(random, 3) + "=" + word(random, 8);
  return text;
}

std::string host(RandomSource& random, bool for_suricata) {
  if (for_suricata && random.chance(20)) return random.one_of(Words{"a.example:80", "cd.ab:8080"});
  return random.one_of(Words{"a", "www.A", "ab.cd"}) + ".Example" +
         (!for_suricata && random.chance(20) ? ":8080" : "");
}

/// Header lines in random order, some names twice.
std::string headers(RandomSource& random, Words names) {
  std::string text;
  for (auto const& name : names) {
    if (random.chance(45)) continue;
    text +=
        name + ": " + word(random, 12) + (random.chance(20) ? " " + word(random, 5) : "") + "\r\n";
    if (name.starts_with("X") && random.chance(20)) text += name + ": " + word(random, 6) + "\r\n";
  }
  return text;
}

std::string body_of(RandomSource& random) {
  return random.letters(random.chance(90) ? random.below(60) : random.between(100, 600));
}

/// The lines that announce a body, and the body as it is sent.
std::string with_body(RandomSource& random, std::string const& body) {
  if (random.chance(65))
    return "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  std::string text = "Transfer-Encoding: chunked\r\n\r\n";
  for (std::size_t begin = 0; begin < body.size();) {
    auto const size = std::min<std::size_t>(random.between(1, 30), body.size() - begin);
    char line[16];
    std::snprintf(line, sizeof line, "%zx\r\n", size);
    text += line + body.substr(begin, size) + "\r\n";
    begin += size;
  }
  return text + "0\r\n\r\n";
}

std::string request(RandomSource& random, bool for_suricata) {
  bool const post = random.chance(30);
  auto const text = (post ? "POST " : "GET ") + target(random) +
                    " HTTP/1.1\r\nHost: " + host(random, for_suricata) + "\r\n" +
                    headers(random, {"User-Agent", "Cookie", "X-One", "Referer", "Accept",
                                     "Content-Type", "Connection", "X-Two"});
  return post ? text + with_body(random, body_of(random)) : text + "\r\n";
}

std::string response(RandomSource& random) {
  return "HTTP/1.1 " + random.one_of(Words{"200 OK", "404 Not Found", "302 Found", "500 Oh no"}) +
         "\r\n" +
         headers(random, {"Server", "Set-Cookie", "X-One", "Location", "Content-Type", "X-Two"}) +
         with_body(random, body_of(random));
}

void add_samples(std::string const& protocol, reference::Message const& message,
                 Conversation& result) {
  for (auto const& [buffer, texts] : message.buffers)
    for (auto const& text : texts)
      result.samples.push_back({protocol, std::string(name_of(buffer)), text});
}

void add_http(RandomSource& random, Ends const& ends, Conversation& result,
              std::vector<std::string>& frames, bool for_suricata) {
  constexpr std::size_t kMaxText = 1900;  // of a direction: rules see all of it at once
  std::vector<Turn> turns;
  std::string texts[2];
  for (auto rounds = random.between(1, 3); rounds > 0; --rounds) {
    std::string requests, responses;
    auto const count = random.chance(70) ? 1 : random.between(2, 3);
    result.pipelined = result.pipelined || count > 1;
    for (unsigned i = 0; i < count; ++i) {
      requests += request(random, for_suricata);
      responses += response(random);
    }
    if (std::max(texts[0].size() + requests.size(), texts[1].size() + responses.size()) > kMaxText)
      break;
    texts[0] += requests;
    texts[1] += responses;
    turns.push_back({true, requests});
    turns.push_back({false, responses});
  }
  for (auto const& [question, answer] : reference::read_http(texts[0], texts[1])) {
    add_samples("http", question, result);
    add_samples("http", answer, result);
  }
  result.texts.insert(result.texts.end(), {texts[0], texts[1]});
  for (auto const& segment : talk_in_turns(random, turns).segments) {
    auto const way = segment.from_client ? ends : ends.reversed();
    frames.push_back(frame(way, {}, 6, tcp_segment(way, segment.fields, segment.payload)));
  }
}

void add_dns(RandomSource& random, Ends const& ends, Conversation& result,
             std::vector<std::string>& frames) {
  using namespace std::string_literals;
  for (auto count = random.between(1, 4); count > 0; --count) {
    auto const id = word(random, 1) + word(random, 1);
    std::string question;
    for (auto labels = random.between(1, 3); labels > 0; --labels) {
      auto const label = word(random, 9);
      question += static_cast<char>(label.size()) + label;
    }
    question += "\0\0\x01\0\x01"s;
    auto const opcode = static_cast<char>(random.chance(85) ? 0 : random.between(1, 5) << 3);
    auto const query = id + static_cast<char>(opcode | 1) + "\0\0\1\0\0\0\0\0\0"s + question;
    add_samples("dns", reference::read_dns(query), result);
    result.texts.push_back(query);
    frames.push_back(frame(ends, {}, 17, udp_datagram(ends, query)));
    if (random.chance(15)) continue;
    auto const answer = id + static_cast<char>(opcode | 0x81) + "\x80\0\1\0\1\0\0\0\0"s + question +
                        "\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\x01\x02\x03\x04"s;
    frames.push_back(frame(ends.reversed(), {}, 17, udp_datagram(ends.reversed(), answer)));
  }
}

std::string address(std::uint32_t network, std::uint32_t host, bool ipv6) {
  if (!ipv6)
    return std::string(network == 0 ? "\x0a\0\0" : "\xc0\0\x02", 3) + static_cast<char>(host);
  return std::string("\x20\x01\x0d\xb8", 4) + std::string(10, '\0') + static_cast<char>(network) +
         static_cast<char>(host);
}

}  // namespace

Conversation random_app_conversation(RandomSource& random, bool for_suricata) {
  Conversation result;
  std::vector<std::vector<std::string>> flows;
  for (auto count = random.between(1, 3); count > 0; --count) {
    bool const ipv6 = random.chance(15), is_dns = random.chance(25);
    Ends const ends{address(0, random.between(1, 3), ipv6),
                    address(1, random.between(1, 3), ipv6),
                    1024 + 10 * static_cast<std::uint32_t>(flows.size()) + random.below(3),
                    is_dns              ? 53u
                    : random.chance(60) ? 80u
                                        : 8080u,
                    {}};
    result.ends.push_back(ends);
    result.protocols.push_back(is_dns ? 17 : 6);
    auto& frames = flows.emplace_back();
    if (is_dns)
      add_dns(random, ends, result, frames);
    else
      add_http(random, ends, result, frames, for_suricata);
  }
  result.frames = in_one_order(random, flows);
  return result;
}

std::vector<reference::Frame> in_one_order(RandomSource& random,
                                           std::vector<std::vector<std::string>> const& flows) {
  std::vector<reference::Frame> frames;
  std::uint64_t time_ns = 1'700'000'000'000'000'000;
  std::vector<std::size_t> next(flows.size(), 0);
  for (;;) {
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < flows.size(); ++i)
      if (next[i] < flows[i].size()) open.push_back(i);
    if (open.empty()) return frames;
    auto const flow = random.one_of(open);
    time_ns += random.chance(20) ? random.below(1'000'000'000) : random.below(100'000'000);
    frames.push_back({time_ns, flows[flow][next[flow]++]});
  }
}

}  // namespace warpline::ids::differential
