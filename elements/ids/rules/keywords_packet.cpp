// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <string>
#include <utility>

#include "elements/ids/rules/events.hpp"
#include "elements/ids/rules/keywords.hpp"

namespace warpline::ids {
namespace {

using Field = HeaderMatch::Field;

/// The numbers that a header's field can have, and whether `A-B` stands for `A<>B`.
struct FieldInfo {
  std::string_view keyword;
  Field field;
  std::int64_t max;
  bool range_excludes_ends;
};
constexpr FieldInfo kFields[] = {
    {"dsize", Field::kPayloadSize, 65535, true},
    {"seq", Field::kTcpSequence, 0xffffffff, false},
    {"tcp.seq", Field::kTcpSequence, 0xffffffff, false},
    {"ack", Field::kTcpAcknowledgment, 0xffffffff, false},
    {"tcp.ack", Field::kTcpAcknowledgment, 0xffffffff, false},
    {"window", Field::kTcpWindow, 65535, false},
    {"tcp.window", Field::kTcpWindow, 65535, false},
    {"fragoffset", Field::kFragmentOffset, 8191, false},
    {"tcp.mss", Field::kTcpMss, 65535, false},
    {"ttl", Field::kTtl, 255, false},
    {"tos", Field::kTos, 255, false},
    {"id", Field::kIpId, 65535, false},
    {"ip_proto", Field::kIpProtocol, 255, false},
    {"itype", Field::kIcmpType, 255, true},
    {"icode", Field::kIcmpCode, 255, true},
    {"icmp_id", Field::kIcmpId, 65535, false},
    {"icmp_seq", Field::kIcmpSequence, 65535, false},
};

/// Names that `ip_proto` takes in place of numbers.
std::optional<std::int64_t> protocol_number(std::string_view name) {
  constexpr std::pair<std::string_view, std::int64_t> kNames[] = {
      {"icmp", 1},  {"igmp", 2},       {"ipip", 4},  {"tcp", 6},   {"udp", 17},
      {"gre", 47},  {"esp", 50},       {"ah", 51},   {"pim", 103}, {"sctp", 132},
      {"ipv6", 41}, {"ipv6-icmp", 58}, {"ospf", 89}, {"vrrp", 112}};
  return value_of(kNames, name);
}

/// `N`, `!N`, `<N`, `>N`, `<=N`, `>=N`, `A-B`, `A<>B`.
class RangeReader {
 public:
  RangeReader(OptionReader& option, FieldInfo const& info) : option_(option), info_(info) {}

  HeaderMatch read() {
    auto word = without_quotes(option_.value());
    HeaderMatch match{info_.field, 0, info_.max, false};
    if (word.text.starts_with('!')) {
      match.negated = true;
      word = rest_of(word, 1);
    }
    auto const middle = word.text.find("<>"), dash = word.text.find('-');
    bool const is_name = info_.field == Field::kIpProtocol && protocol_number(word.text);
    if (middle != std::string_view::npos && middle > 0) {
      between(match, word, middle, 2);
    } else if (dash != std::string_view::npos && dash > 0 && !is_name) {
      between(match, word, dash, 1);
    } else if (word.text.starts_with("<=")) {
      match.max = value(rest_of(word, 2));
    } else if (word.text.starts_with(">=")) {
      match.min = value(rest_of(word, 2));
    } else if (word.text.starts_with('<')) {
      match.max = value(rest_of(word, 1)) - 1;
    } else if (word.text.starts_with('>')) {
      match.min = value(rest_of(word, 1)) + 1;
    } else {
      if (word.text.starts_with('=')) word = rest_of(word, 1);
      match.min = match.max = value(word);
    }
    if (match.min > match.max) option_.refuse("no value is in this range");
    return match;
  }

 private:
  std::int64_t value(Word const& word) const {
    if (info_.field == Field::kIpProtocol)
      if (auto const known = protocol_number(word.text)) return *known;
    return number<std::int64_t>(word, 0, info_.max);
  }
  void between(HeaderMatch& match, Word const& word, std::size_t middle, std::size_t size) const {
    auto const ends = info_.range_excludes_ends ? 1 : 0;
    match.min = value(trimmed({word.text.substr(0, middle), word.offset})) + ends;
    match.max = value(rest_of(word, middle + size)) - ends;
  }

  OptionReader& option_;
  FieldInfo const& info_;
};

void read_field(OptionReader& option) {
  for (auto const& info : kFields)
    if (info.keyword == option.keyword())
      return option.rule().packet.emplace_back(RangeReader(option, info).read()), void();
}

/// Reads letters of `names` into bits, with `+` (at least), `*` (any), `!` (not) before them.
BitsMatch bits(OptionReader& option, BitsMatch::Field field,
               std::span<std::pair<char, std::uint8_t> const> names, char const* expected) {
  auto const parts = option.parts();
  BitsMatch match{field};
  auto const read = [&](Word const& word, bool with_mode) {
    std::uint8_t value = 0;
    for (std::size_t i = 0; i < word.text.size(); ++i) {
      char const c = word.text[i];
      bool known = c == ' ' || (c == '0' && word.text.size() == 1);
      if (with_mode && (c == '+' || c == '*' || c == '!')) {
        match.mode = c == '+'   ? BitsMatch::Mode::kAtLeast
                     : c == '*' ? BitsMatch::Mode::kAny
                                : BitsMatch::Mode::kNotAll;
        known = true;
      }
      for (auto const& [letter, bit] : names)
        if (letter == (c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c)) {
          value |= bit;
          known = true;
        }
      if (!known) throw OptionError{word.offset + i, std::string("expected ") + expected};
    }
    return value;
  };
  match.bits = read(parts[0], true);
  if (parts.size() > 1) match.ignored = read(parts[1], false);
  if (parts.size() > 2) OptionReader::refuse(parts[2], "expected at most two lists of bits");
  return match;
}

void read_flags(OptionReader& option) {
  static constexpr std::pair<char, std::uint8_t> kNames[] = {
      {'F', 0x01}, {'S', 0x02}, {'R', 0x04}, {'P', 0x08}, {'A', 0x10},
      {'U', 0x20}, {'E', 0x40}, {'C', 0x80}, {'1', 0x80}, {'2', 0x40}};
  option.rule().packet.emplace_back(bits(option, BitsMatch::Field::kTcpFlags, kNames,
                                         "letters of FSRPAUEC12 or 0, perhaps after +, * or !"));
}

void read_fragbits(OptionReader& option) {
  static constexpr std::pair<char, std::uint8_t> kNames[] = {{'M', 1}, {'D', 2}, {'R', 4}};
  option.rule().packet.emplace_back(bits(option, BitsMatch::Field::kFragmentBits, kNames,
                                         "letters of MDR, perhaps after +, * or !"));
}

void read_sameip(OptionReader& option) { option.rule().packet.emplace_back(SameAddresses{}); }

void read_ipopts(OptionReader& option) {
  constexpr std::pair<std::string_view, std::uint8_t> kNames[] = {
      {"rr", 7},    {"lsrr", 131}, {"eol", 0xff}, {"nop", 1},     {"ts", 68},
      {"sec", 130}, {"esec", 133}, {"ssrr", 137}, {"satid", 136}, {"any", 0}};
  auto const type = value_of(kNames, option.value().text);
  if (!type) option.refuse("expected rr, lsrr, eol, nop, ts, sec, esec, ssrr, satid or any");
  option.rule().packet.emplace_back(IpOption{*type});
}

void read_checksum(OptionReader& option) {
  using enum ChecksumMatch::Protocol;
  constexpr std::pair<std::string_view, ChecksumMatch::Protocol> kNames[] = {
      {"ipv4-csum", kIpv4},     {"tcpv4-csum", kTcpv4}, {"udpv4-csum", kUdpv4},
      {"icmpv4-csum", kIcmpv4}, {"tcpv6-csum", kTcpv6}, {"udpv6-csum", kUdpv6},
      {"icmpv6-csum", kIcmpv6}};
  auto text = option.value().text;
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
    text = text.substr(1, text.size() - 2);
  if (text != "valid" && text != "invalid") option.refuse("expected valid or invalid");
  if (auto const protocol = value_of(kNames, option.keyword()))
    option.rule().packet.emplace_back(ChecksumMatch{*protocol, text == "valid"});
}

void read_stream_size(OptionReader& option) {
  using Side = StreamSize::Side;
  using enum StreamSize::Comparison;
  constexpr std::pair<std::string_view, Side> kSides[] = {{"server", Side::kServer},
                                                          {"client", Side::kClient},
                                                          {"either", Side::kEither},
                                                          {"both", Side::kBoth}};
  constexpr std::pair<std::string_view, StreamSize::Comparison> kSigns[] = {
      {"<", kLess},      {"<=", kLessEqual}, {"=", kEqual},
      {"!=", kNotEqual}, {">", kGreater},    {">=", kGreaterEqual}};
  auto const parts = option.parts();
  if (parts.size() != 3) option.refuse("expected a side, an operator and a size");
  auto const side = value_of(kSides, parts[0].text);
  auto const comparison = value_of(kSigns, parts[1].text);
  if (!side) OptionReader::refuse(parts[0], "expected server, client, either or both");
  if (!comparison) OptionReader::refuse(parts[1], "expected <, <=, =, !=, > or >=");
  option.rule().packet.emplace_back(
      StreamSize{*side, *comparison, number<std::uint32_t>(parts[2], 0, 0xffffffff)});
}

/// Skips the rule if nothing raises the event.
void read_event(OptionReader& option) {
  auto const name = without_quotes(option.value()).text;
  bool const known =
      option.keyword() == "decode-event" ? decode_event_bit(name) != 0 : is_stream_event(name);
  if (!known) throw UnsupportedOption{std::string(option.keyword()) + " " + std::string(name)};
  option.rule().packet.emplace_back(
      EventMatch{std::string(option.keyword()) + ":" + std::string(name)});
}

using enum KeywordKind;
using enum KeywordValue;
constexpr Keyword kTable[] = {
    {"dsize", kPacket, kNeeded, "size of the payload", read_field},
    {"seq", kPacket, kNeeded, "TCP sequence number", read_field},
    {"tcp.seq", kPacket, kNeeded, "TCP sequence number", read_field},
    {"ack", kPacket, kNeeded, "TCP acknowledgment number", read_field},
    {"tcp.ack", kPacket, kNeeded, "TCP acknowledgment number", read_field},
    {"window", kPacket, kNeeded, "TCP window", read_field},
    {"tcp.window", kPacket, kNeeded, "TCP window", read_field},
    {"tcp.mss", kPacket, kNeeded, "maximum segment size of a TCP SYN", read_field},
    {"ttl", kPacket, kNeeded, "time to live, or hop limit", read_field},
    {"tos", kPacket, kNeeded, "type of service", read_field},
    {"id", kPacket, kNeeded, "identification of an IPv4 packet", read_field},
    {"ip_proto", kPacket, kNeeded, "IP protocol by number or name", read_field},
    {"itype", kPacket, kNeeded, "type of an ICMP message", read_field},
    {"icode", kPacket, kNeeded, "code of an ICMP message", read_field},
    {"icmp_id", kPacket, kNeeded, "identifier of an ICMP message", read_field},
    {"icmp_seq", kPacket, kNeeded, "sequence number of an ICMP message", read_field},
    {"flags", kPacket, kNeeded, "TCP flags", read_flags},
    {"tcp.flags", kPacket, kNeeded, "TCP flags", read_flags},
    {"fragbits", kPacket, kNeeded, "fragment bits of an IPv4 header", read_fragbits},
    {"fragoffset", kPacket, kNeeded, "offset of a fragment, in 8 bytes", read_field},
    {"sameip", kPacket, kNone, "source and destination are equal", read_sameip},
    {"ipopts", kPacket, kNeeded, "an IPv4 option", read_ipopts},
    {"ipv4-csum", kPacket, kNeeded, "IPv4 checksum", read_checksum},
    {"tcpv4-csum", kPacket, kNeeded, "TCP checksum over IPv4", read_checksum},
    {"udpv4-csum", kPacket, kNeeded, "UDP checksum over IPv4", read_checksum},
    {"icmpv4-csum", kPacket, kNeeded, "ICMP checksum", read_checksum},
    {"tcpv6-csum", kPacket, kNeeded, "TCP checksum over IPv6", read_checksum},
    {"udpv6-csum", kPacket, kNeeded, "UDP checksum over IPv6", read_checksum},
    {"icmpv6-csum", kPacket, kNeeded, "ICMPv6 checksum", read_checksum},
    {"stream_size", kPacket, kNeeded, "bytes of the stream so far", read_stream_size},
    {"decode-event", kPacket, kNeeded, "a fault of a packet", read_event},
    {"stream-event", kPacket, kNeeded, "a fault of a stream", read_event},
};

}  // namespace

std::span<Keyword const> packet_keywords() { return kTable; }

}  // namespace warpline::ids
