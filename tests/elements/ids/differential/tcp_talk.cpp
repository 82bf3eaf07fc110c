// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/elements/ids/differential/tcp_talk.hpp"

#include <algorithm>

namespace warpline::ids::differential {
namespace {

constexpr std::uint32_t kFin = 1, kSyn = 2, kRst = 4, kPush = 8, kAck = 16;

/// Both ends of a connection: each knows what it has sent.
class Writer {
 public:
  Writer(RandomSource& random, TcpTalk& talk) : random_(random), talk_(talk) {
    for (auto& next : next_)
      next = random_.chance(10) ? 0xffffffff - random_.below(60) : random_.below(1'000'000);
    for (int i = 0; i < 2; ++i) first_[i] = next_[i] + 1;
  }

  void send(bool from_client, std::uint32_t flags, std::string const& payload = {},
            std::string const& options = {}) {
    auto& own = next_[from_client ? 0 : 1];
    put(from_client, flags, own, payload, options);
    own += static_cast<std::uint32_t>(payload.size()) + ((flags & (kSyn | kFin)) != 0 ? 1 : 0);
  }
  /// With another sequence number than the next one.
  void put(bool from_client, std::uint32_t flags, std::uint32_t sequence,
           std::string const& payload, std::string const& options = {}) {
    auto const peer = next_[from_client ? 1 : 0];
    talk_.segments.push_back(
        {from_client, {sequence, (flags & kAck) != 0 ? peer : 0, flags, 65535, options}, payload});
  }
  std::uint32_t next(bool of_client) const { return next_[of_client ? 0 : 1]; }
  /// The sequence number of a byte of a text.
  std::uint32_t at(bool of_client, std::size_t offset) const {
    return first_[of_client ? 0 : 1] + static_cast<std::uint32_t>(offset);
  }

 private:
  RandomSource& random_;
  TcpTalk& talk_;
  std::uint32_t next_[2], first_[2];
};

void handshake(RandomSource& random, Writer& writer, bool whole) {
  bool const fast_open = random.chance(3);
  std::string const cookie = fast_open ? std::string(
                                             "\x22\x06"
                                             "abcd",
                                             6)
                                       : "";
  bool const skipped = !whole && random.chance(12);
  auto const mss = random.chance(30) ? std::string("\x02\x04\x05\xb4", 4) : cookie;
  if (whole) {
    writer.send(true, kSyn, "", mss);
    writer.send(false, kSyn | kAck);
    writer.send(true, kAck);
    return;
  }
  if (!skipped) {
    writer.send(true, kSyn, random.chance(3) ? random.letters(4) : "", mss);
    if (random.chance(5)) writer.put(true, kSyn, writer.next(true) - 1, "");
    if (!random.chance(4)) writer.send(false, kSyn | kAck);
    if (!random.chance(4)) writer.send(true, kAck);
    return;
  }
  if (random.chance(30)) writer.send(false, kSyn | kAck);
}

/// A piece of a text, with what can go wrong on the way.
void send_piece(RandomSource& random, Writer& writer, bool from_client, std::string const& text,
                std::size_t begin, std::size_t size, bool same_bytes) {
  auto const piece = text.substr(begin, size);
  auto const flags = kAck | (random.chance(50) ? kPush : 0);
  if (same_bytes) {
    auto const back = std::min<std::size_t>(begin, random.chance(10) ? random.between(1, 10) : 0);
    if (back > 0)
      writer.put(from_client, flags, writer.next(from_client) - static_cast<std::uint32_t>(back),
                 text.substr(begin - back, back + size));
    writer.send(from_client, flags, piece);
    if (random.chance(10))
      writer.put(from_client, flags, writer.next(from_client) - static_cast<std::uint32_t>(size),
                 piece);
    return;
  }
  if (random.chance(6)) {  // begins earlier, with these bytes or others
    auto const back = random.between(1, 10);
    auto const before =
        begin >= back && random.chance(50) ? text.substr(begin - back, back) : random.letters(back);
    writer.put(from_client, flags, writer.next(from_client) - back, before + piece);
  }
  if (random.chance(5))  // bytes that come before those in front of them
    writer.put(from_client, flags, writer.next(from_client) + random.between(1, 20),
               random.letters(random.between(1, 12)));
  writer.send(from_client, flags, piece);
  if (random.chance(5))
    writer.put(from_client, flags, writer.next(from_client) - static_cast<std::uint32_t>(size),
               piece);
  if (random.chance(4))
    writer.put(from_client, flags, writer.next(from_client) - static_cast<std::uint32_t>(size),
               random.letters(size));
}

void data(RandomSource& random, Writer& writer, TcpTalk const& talk, bool same_bytes) {
  std::size_t sent[2] = {0, 0};
  constexpr std::uint32_t kSizes[] = {1, 8, 40, 100, 1460};
  auto const longest = random.one_of(kSizes);
  while (sent[0] < talk.texts[0].size() || sent[1] < talk.texts[1].size()) {
    bool const from_client =
        sent[1] == talk.texts[1].size() || (sent[0] < talk.texts[0].size() && random.chance(60));
    auto const& text = talk.texts[from_client ? 0 : 1];
    auto& begin = sent[from_client ? 0 : 1];
    auto const size = std::min<std::size_t>(random.between(1, longest), text.size() - begin);
    send_piece(random, writer, from_client, text, begin, size, same_bytes);
    begin += size;
    if (random.chance(40)) writer.send(!from_client, kAck);
  }
}

void close(RandomSource& random, Writer& writer, bool once) {
  bool const client_first = random.chance(70);
  if (once) {  // both ends agree
    if (random.chance(20)) return;
    if (random.chance(20)) return writer.send(client_first, kRst | kAck);
    writer.send(client_first, kFin | kAck);
    writer.send(!client_first, kFin | kAck);
    return writer.send(client_first, kAck);
  }
  switch (random.below(6)) {
    case 0:
      return;  // the capture ends first
    case 1:
      writer.send(client_first, kRst | (random.chance(50) ? kAck : 0),
                  random.chance(20) ? random.letters(5) : "");
      break;
    case 2:  // a reset that does not belong to the connection
      writer.put(client_first, kRst, writer.next(client_first) + 100'000'000, "");
      writer.send(client_first, kAck, random.letters(10));
      return;
    default:
      writer.send(client_first, kFin | kAck, random.chance(20) ? random.letters(7) : "");
      if (random.chance(80)) writer.send(!client_first, kFin | kAck);
      if (random.chance(80)) writer.send(client_first, kAck);
  }
  if (random.chance(15)) writer.send(client_first, kAck | kPush, random.letters(8));
  if (random.chance(20)) {  // the same ports again
    writer.send(true, kSyn);
    writer.send(false, kSyn | kAck);
    writer.send(true, kAck);
    writer.send(true, kAck | kPush, random.letters(20));
  }
}

/// Changes the order of some segments and loses some: those of the handshake stay.
void disturb(RandomSource& random, TcpTalk& talk, bool slightly) {
  auto& segments = talk.segments;
  if (slightly) {  // the data of one end in another order
    for (std::size_t i = 3; i + 1 < segments.size(); ++i)
      if (random.chance(7) && segments[i].from_client == segments[i + 1].from_client &&
          !segments[i + 1].payload.empty())
        std::swap(segments[i], segments[i + 1]);
    return;
  }
  for (std::size_t i = 3; i + 1 < segments.size(); ++i)
    if (random.chance(7)) std::swap(segments[i], segments[i + random.between(1, 1)]);
  for (std::size_t i = 3; i < segments.size();) {
    if (random.chance(3))
      segments.erase(segments.begin() + static_cast<std::ptrdiff_t>(i));
    else
      ++i;
  }
}

}  // namespace

TcpTalk random_talk(RandomSource& random, bool for_suricata) {
  TcpTalk talk;
  for (auto& text : talk.texts) {
    auto const size =
        !for_suricata && random.chance(12) ? random.between(2000, 9000) : random.below(300);
    text = random.letters(size);
  }
  Writer writer(random, talk);
  handshake(random, writer, for_suricata);
  data(random, writer, talk, for_suricata);
  close(random, writer, for_suricata);
  if (random.chance(60)) disturb(random, talk, for_suricata);
  constexpr std::size_t kMaxSegments = 150;
  if (talk.segments.size() > kMaxSegments) talk.segments.resize(kMaxSegments);
  return talk;
}

TcpTalk talk_in_turns(RandomSource& random, std::vector<Turn> const& turns) {
  TcpTalk talk;
  Writer writer(random, talk);
  handshake(random, writer, true);
  constexpr std::uint32_t kSizes[] = {5, 40, 100, 1460, 1460};
  auto const longest = random.one_of(kSizes);
  for (auto const& [from_client, text] : turns) {
    talk.texts[from_client ? 0 : 1] += text;
    for (std::size_t begin = 0; begin < text.size();) {
      auto const size = std::min<std::size_t>(random.between(1, longest), text.size() - begin);
      send_piece(random, writer, from_client, text, begin, size, true);
      begin += size;
      if (random.chance(40)) writer.send(!from_client, kAck);
    }
  }
  close(random, writer, true);
  if (random.chance(60)) disturb(random, talk, true);
  return talk;
}

TcpTalk one_segment(std::string const& text) {
  RandomSource random(1);
  TcpTalk talk{{text, {}}, {}};
  Writer writer(random, talk);
  writer.send(true, kSyn);
  writer.send(false, kSyn | kAck);
  writer.send(true, kAck);
  writer.send(true, kAck | kPush, text);
  writer.send(false, kAck);
  return talk;
}

TcpTalk many_segments(RandomSource& random, std::string const& text) {
  TcpTalk talk{{text, {}}, {}};
  Writer writer(random, talk);
  writer.send(true, kSyn);
  writer.send(false, kSyn | kAck);
  writer.send(true, kAck);
  auto const longest = random.between(1, 60);
  for (std::size_t begin = 0; begin < text.size();) {
    auto const size = std::min<std::size_t>(random.between(1, longest), text.size() - begin);
    writer.send(true, kAck, text.substr(begin, size));
    begin += size;
    if (random.chance(10)) {  // once more, from an earlier place
      auto const back = std::min<std::size_t>(begin, random.between(1, 80));
      writer.put(true, kAck, writer.at(true, begin - back), text.substr(begin - back, back));
    }
  }
  auto& segments = talk.segments;
  for (std::size_t i = 3; i + 1 < segments.size(); ++i)
    if (random.chance(20)) std::swap(segments[i], segments[i + 1]);
  writer.send(false, kAck);
  return talk;
}

}  // namespace warpline::ids::differential
