// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/elements/ids/differential/random_rules.hpp"

#include <algorithm>
#include <memory>

#include "elements/ids/rules/rule_parser.hpp"

namespace warpline::ids::differential {
namespace {

using Words = std::vector<std::string>;

std::string text_of(std::string const& address) {
  std::string text;
  for (std::size_t i = 0; i < address.size(); ++i) {
    auto const byte = static_cast<unsigned char>(address[i]);
    if (address.size() == 4) {
      text += (i == 0 ? "" : ".") + std::to_string(byte);
    } else {
      constexpr char kDigits[] = "0123456789abcdef";
      if (i > 0 && i % 2 == 0) text += ':';
      text += kDigits[byte >> 4];
      text += kDigits[byte & 15];
    }
  }
  return text;
}

/// `for_suricata`: in Suricata 7.0.10, a negation takes the addresses of its own IP version only.
std::string addresses(RandomSource& random, std::string const& address, bool for_suricata) {
  auto const one = text_of(address);
  auto const kind = random.below(10);
  if (for_suricata && kind == 3 && address.size() == 16) return "any";
  switch (kind) {
    case 0:
      return one;
    case 1:
      return "!" + one;
    case 2:
      return "[" + one + ",10.0.0.2,2001:db8::/120]";
    case 3:
      return random.chance(50) ? "$HOME_NET" : "$EXTERNAL_NET";
    case 4:
      return "[10.0.0.0/8,!10.0.0.3]";
    default:
      return "any";
  }
}

/// Ports near that of the conversation, some of them negated: few rules have the same ones.
std::string port_list(RandomSource& random, std::uint32_t port) {
  std::string text = random.chance(75) ? "[" + std::to_string(port) : "[any";
  for (auto count = random.below(4); count > 0; --count) {
    auto const first = random.chance(50) ? random.between(20, 500) : random.between(1000, 8100);
    if (first == port) continue;
    bool const range = random.chance(50);
    auto const last = first + random.below(60);
    if (text == "[any" || random.chance(20)) {
      if (first <= port && port <= last) continue;
      text += ",!" + std::to_string(first);
    } else {
      text += "," + std::to_string(first);
    }
    if (range) text += ":" + std::to_string(last);
  }
  return text == "[any" ? "any" : text + "]";
}

std::string ports(RandomSource& random, std::uint32_t port, bool for_suricata) {
  auto const one = std::to_string(port);
  if (!for_suricata && random.chance(40)) return port_list(random, port);
  switch (random.below(8)) {
    case 0:
      return one;
    case 1:
      return "!" + one;
    case 2:
      return "[" + one + ",1000:1026]";
    case 3:
      return random.chance(50) ? ":1024" : "80:";
    default:
      return "any";
  }
}

std::string protocol_of(RandomSource& random, unsigned protocol, bool for_suricata) {
  Words any{"ip", "ip", "ip4", "ip6"};
  if (!for_suricata) any.push_back("pkthdr");
  if (random.chance(12)) return random.one_of(any);
  if (protocol == 17) return "udp";
  if (protocol != 6)
    return random.one_of(Words{"icmp", "icmp", protocol == 1 ? "icmpv4" : "icmpv6"});
  return random.one_of(Words{"tcp", "tcp", "tcp", "tcp", "tcp-pkt", "tcp-stream", "tcp-stream"});
}

std::string flow_keyword(RandomSource& random) {
  Words parts;
  if (random.chance(60))
    parts.push_back(random.one_of(Words{"to_server", "to_client", "from_server", "from_client"}));
  if (random.chance(60))
    parts.push_back(
        random.one_of(Words{"established", "established", "not_established", "stateless"}));
  if (random.chance(12)) parts.push_back(random.one_of(Words{"only_stream", "no_stream"}));
  if (random.chance(5)) parts.push_back(random.one_of(Words{"only_frag", "no_frag"}));
  if (parts.empty()) return {};
  std::string text = " flow:";
  for (std::size_t i = 0; i < parts.size(); ++i) text += (i == 0 ? "" : ",") + parts[i];
  return text + ";";
}

std::string header_keyword(RandomSource& random, unsigned protocol, bool for_suricata) {
  auto const number = [&](std::uint32_t limit) { return std::to_string(random.below(limit)); };
  switch (random.below(protocol == 6 ? 9 : 6)) {
    case 0:
      return " dsize:" + random.one_of(Words{"<", ">", "", "!"}) + number(60) + ";";
    case 1:
      return " dsize:" + number(20) + "<>" + std::to_string(22 + random.below(60)) + ";";
    case 2:
      return " ttl:" + random.one_of(Words{"64", "<64", ">64", "60-70"}) + ";";
    case 3:
      if (for_suricata) return " ttl:>100;";  // its tos looks at IPv4 only
      return random.chance(50) ? " tos:0;" : " tos:>100;";
    case 4: {
      Words words{" fragbits:M;", " fragbits:!M;", " fragoffset:0;", " fragoffset:>0;", " sameip;"};
      if (!for_suricata) words.push_back(" id:>30000;");
      if (!for_suricata || protocol == 0) words.push_back(" ip_proto:!17;");
      return random.one_of(words);
    }
    case 5:
      if (protocol == 1 || protocol == 58)
        return random.one_of(Words{" itype:8;", " itype:>0;", " icode:0;", " icode:<2;",
                                   " icmp_id:7;", " icmp_seq:1;", " itype:128<>130;"});
      return protocol == 17 ? " udp.hdr; content:\"|00|\"; offset:4; depth:1; pkt_data;"
             : for_suricata ? std::string(" fragoffset:0;")
                            : " ip.src; content:\"|0a 00|\"; startswith; pkt_data;";
    case 6:
      return " flags:" +
             random.one_of(for_suricata ? Words{"S", "SA", "A", "+A", "PA", "S,12"}
                                        : Words{"S", "SA", "A", "+A", "*SF", "!R", "PA", "S,12"}) +
             ";";
    case 7:
      return random.one_of(Words{" window:65535;", " window:!65535;", " ack:0;",
                                 for_suricata ? " seq:1000;" : " seq:>500000;", " tcp.mss:1460;",
                                 " tcp.mss:<1000;"});
    default:
      return " stream_size:" + random.one_of(Words{"client", "server", "both", "either"}) + "," +
             random.one_of(Words{"<", ">", "=", "!=", "<=", ">="}) + "," + number(100) + ";";
  }
}

std::string state_keywords(RandomSource& random, RuleChoice const& choice) {
  std::string text;
  auto const bit = [&] { return random.one_of(Words{"one", "two", "three"}); };
  if (random.chance(25)) {
    auto const command =
        random.one_of(Words{"set", "set", "unset", "toggle", "isset", "isset", "isnotset"});
    text += " flowbits:" + command + "," + bit();
    if (command.starts_with("is") && random.chance(25)) text += "|" + bit();
    text += ";";
    if (random.chance(15))
      text += " flowbits:" + random.one_of(Words{"set", "isset"}) + "," + bit() + ";";
  }
  if (choice.across_flows && random.chance(8))
    text += " xbits:" + random.one_of(Words{"set", "set", "unset", "toggle", "isset", "isnotset"}) +
            ",x" + bit() + ",track " + random.one_of(Words{"ip_src", "ip_dst", "ip_pair"}) +
            (random.chance(50) ? ",expire " + std::to_string(random.between(1, 4)) : "") + ";";
  Words tracks{"by_flow"};
  if (choice.for_suricata)
    tracks = {"by_src", "by_dst", "by_both"};
  else if (choice.across_flows)
    tracks = {"by_src", "by_dst", "by_both", "by_rule", "by_flow"};
  auto const track = random.one_of(tracks);
  // Each worker has the time of its own packets: there windows must not end.
  auto const seconds = choice.across_flows ? random.between(1, 5) : 1'000'000;
  auto const counted = ", track " + track + ", count " + std::to_string(random.between(1, 3)) +
                       ", seconds " + std::to_string(seconds) + ";";
  if (random.chance(12))
    text += " threshold: type " + random.one_of(Words{"limit", "threshold", "both"}) + counted;
  else if (random.chance(6) && (!choice.for_suricata || track.size() == std::size("by_src") - 1))
    text += " detection_filter:" + counted.substr(1);
  else if (random.chance(3) && !choice.for_suricata)
    text += " threshold: type backoff, track by_flow, count 1, multiplier 2;";
  if (random.chance(5)) text += " noalert;";
  if (random.chance(20)) text += " priority:" + std::to_string(random.between(1, 3)) + ";";
  return text;
}

std::string action(RandomSource& random, RuleChoice const& choice) {
  if (random.chance(4)) return "pass";
  if (random.chance(choice.ips ? 25 : choice.for_suricata ? 0 : 5))
    return random.one_of(Words{"drop", "drop", "reject", "rejectdst", "rejectboth"});
  return "alert";
}

std::string random_rule(RandomSource& random, Conversation const& conversation,
                        RuleChoice const& choice, std::uint32_t sid) {
  auto const which = random.below(conversation.ends.size());
  auto const ends =
      random.chance(60) ? conversation.ends[which] : conversation.ends[which].reversed();
  auto const number = conversation.protocols[which];
  auto protocol = protocol_of(random, number, choice.for_suricata);
  if (protocol == "pkthdr" && !choice.across_flows) protocol = "ip";
  bool const bare = random.chance(6);  // addresses alone
  bool const payload = !bare && protocol != "pkthdr" && random.chance(85);
  bool const start = random.chance(3) && number == 6 && !payload && !choice.for_suricata;
  auto rule = action(random, choice) + " " + (start ? "tcp:flow_start" : protocol) + " " +
              addresses(random, ends.source, choice.for_suricata) + " " +
              ports(random, ends.source_port, choice.for_suricata) +
              (random.chance(15) ? " <> " : " -> ") +
              addresses(random, ends.destination, choice.for_suricata) + " " +
              ports(random, ends.destination_port, choice.for_suricata) + " (msg:\"random\";";
  bool const any_protocol = protocol.starts_with("ip") || protocol == "pkthdr";
  if (!bare && random.chance(40)) rule += flow_keyword(random);
  if (payload)
    rule += random_payload_keywords(
        random, conversation.texts,
        choice.for_suricata ? PayloadKeywords::kSuricata7 : PayloadKeywords::kAll);
  if (!bare && random.chance(payload ? 12 : 90))
    rule += header_keyword(random, any_protocol ? 0 : number, choice.for_suricata);
  if (!bare || random.chance(20)) rule += state_keywords(random, choice);
  return rule + " sid:" + std::to_string(sid) + ";)\n";
}

bool has_pattern(Rule const& rule) {
  return std::ranges::any_of(rule.buffers, [](BufferMatch const& match) {
    auto const* content = std::get_if<ContentMatch>(&match.match);
    return match.buffer == Buffer::kPayload && content != nullptr && !content->negated;
  });
}

/// An expression relative to nothing but a number.
bool has_loose_expression(Rule const& rule) {
  bool after_match = false;
  for (auto const& match : rule.buffers) {
    if (match.buffer != Buffer::kPayload) continue;
    auto const* expression = std::get_if<PcreMatch>(&match.match);
    if (expression != nullptr && expression->relative && !after_match) return true;
    after_match =
        after_match || expression != nullptr || std::holds_alternative<ContentMatch>(match.match);
  }
  return false;
}

/// Suricata looks at pieces of a stream alone, and counts places from their beginnings.
bool depends_on_pieces(Rule const& rule) {
  return std::ranges::any_of(rule.buffers, [](BufferMatch const& match) {
    if (auto const* content = std::get_if<ContentMatch>(&match.match))
      return content->negated || content->offset || content->depth || content->starts_with ||
             content->ends_with;
    auto const* expression = std::get_if<PcreMatch>(&match.match);
    return expression != nullptr && expression->negated;
  });
}

/// To Suricata, a content that is not at the end is none of a negated `endswith`.
bool has_negated_end(Rule const& rule) {
  return std::ranges::any_of(rule.buffers, [](BufferMatch const& match) {
    auto const* content = std::get_if<ContentMatch>(&match.match);
    return content != nullptr && content->negated && content->ends_with;
  });
}

/// Suricata with Hyperscan does not start if an `endswith` at a known place leaves less than another
/// content's bytes.
bool has_bounded_end(Rule const& rule) {
  std::size_t contents = 0;
  bool bounded = false;
  for (auto const& match : rule.buffers) {
    auto const* content = std::get_if<ContentMatch>(&match.match);
    if (content == nullptr) continue;
    ++contents;
    bounded = bounded || (content->ends_with && (content->depth || content->within));
  }
  return bounded && contents > 1;
}

/// Suricata refuses sizes in which the contents find no place, and empty packets have no size that
/// is not another one.
bool has_odd_size(Rule const& rule) {
  return std::ranges::any_of(rule.packet, [&](PacketMatch const& match) {
    auto const* header = std::get_if<HeaderMatch>(&match);
    return header != nullptr && header->field == HeaderMatch::Field::kPayloadSize &&
           (header->negated || !rule.buffers.empty());
  });
}

/// Whether Suricata 7.0.10 takes a rule, and looks at it as the engine does (docs/ids.md).
bool suits_suricata(Rule const& rule, RuleChoice const& choice) {
  using enum RuleProtocol;
  if (has_loose_expression(rule) || has_odd_size(rule) || has_negated_end(rule) ||
      has_bounded_end(rule))
    return false;
  auto const source = rule.flow ? rule.flow->source : FlowMatch::Source::kAny;
  bool const stream_alone = rule.protocol == kTcpStream || source == FlowMatch::Source::kOnlyStream;
  bool packet_alone = rule.protocol == kTcpPacket || source == FlowMatch::Source::kNoStream;
  for (auto const& match : rule.packet)
    packet_alone = packet_alone || !std::holds_alternative<StreamSize>(match);
  bool payload = false;
  for (auto const& match : rule.buffers)
    (match.buffer == Buffer::kPayload ? payload : packet_alone) = true;
  bool const datagrams = rule.protocol == kUdp || rule.protocol == kIcmp ||
                         rule.protocol == kIcmpv4 || rule.protocol == kIcmpv6;
  bool const asks_fragments = rule.flow && rule.flow->fragments != FlowMatch::Fragments::kAny;
  // If both directions of `<>` match, it counts two matches.
  if (rule.both_ways && rule.threshold) return false;
  if (stream_alone && packet_alone) return false;
  if (asks_fragments && source != FlowMatch::Source::kAny) return false;
  // To it, a connection is established after the packet that completes the handshake.
  bool const asks_state = rule.flow && (rule.flow->state == FlowMatch::State::kEstablished ||
                                        rule.flow->state == FlowMatch::State::kNotEstablished);
  if (asks_state && !datagrams && (!payload || packet_alone)) return false;
  if (choice.fragments && !payload) return false;  // it looks at fragments alone, too
  if (datagrams) return source == FlowMatch::Source::kAny;
  // In mode ips it looks at bytes of a stream again with each segment.
  if (!payload) return true;
  if (!has_pattern(rule)) return false;  // it looks for others in empty packets, too
  return packet_alone || (!choice.ips && !rule.threshold && !depends_on_pieces(rule));
}

}  // namespace

bool loads(std::string const& rule, RuleChoice const& choice) {
  RuleParser parser(default_variables());
  parser.read(std::make_shared<Source>(Source{"random.rules", rule}));
  if (parser.report().loaded != 1) return false;
  return !choice.for_suricata || suits_suricata(parser.take_rules()[0], choice);
}

std::string random_rules(RandomSource& random, Conversation const& conversation,
                         RuleChoice const& choice) {
  std::string rules;
  // More than there may be groups.
  bool const many = !choice.for_suricata && random.chance(10);
  auto const count = random.between(1, many ? 80 : 24);
  for (std::uint32_t sid = 1; sid <= count;) {
    auto const rule = random_rule(random, conversation, choice, sid);
    if (!loads(rule, choice)) continue;
    rules += rule;
    ++sid;
  }
  return rules;
}

}  // namespace warpline::ids::differential
