// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/elements/ids/differential/random_rules.hpp"

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

std::string addresses(RandomSource& random, std::string const& address) {
  auto const one = text_of(address);
  switch (random.below(10)) {
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

std::string ports(RandomSource& random, std::uint32_t port) {
  auto const one = std::to_string(port);
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

std::string protocol_of(RandomSource& random, unsigned protocol) {
  if (random.chance(12)) return random.one_of(Words{"ip", "ip", "ip4", "ip6", "pkthdr"});
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

std::string header_keyword(RandomSource& random, unsigned protocol) {
  auto const number = [&](std::uint32_t limit) { return std::to_string(random.below(limit)); };
  switch (random.below(protocol == 6 ? 9 : 6)) {
    case 0:
      return " dsize:" + random.one_of(Words{"<", ">", "", "!"}) + number(60) + ";";
    case 1:
      return " dsize:" + number(20) + "<>" + std::to_string(22 + random.below(60)) + ";";
    case 2:
      return " ttl:" + random.one_of(Words{"64", "<64", ">64", "60-70"}) + ";";
    case 3:
      return random.chance(50) ? " tos:0;" : " tos:>100;";
    case 4:
      return random.one_of(Words{" fragbits:M;", " fragbits:!M;", " fragoffset:0;",
                                 " fragoffset:>0;", " sameip;", " id:>30000;", " ip_proto:!17;"});
    case 5:
      if (protocol == 1 || protocol == 58)
        return random.one_of(Words{" itype:8;", " itype:>0;", " icode:0;", " icode:<2;",
                                   " icmp_id:7;", " icmp_seq:1;", " itype:128<>130;"});
      return protocol == 17 ? " udp.hdr; content:\"|00|\"; offset:4; depth:1; pkt_data;"
                            : " ip.src; content:\"|0a 00|\"; startswith; pkt_data;";
    case 6:
      return " flags:" + random.one_of(Words{"S", "SA", "A", "+A", "*SF", "!R", "PA", "S,12"}) +
             ";";
    case 7:
      return random.one_of(Words{" window:65535;", " window:!65535;", " ack:0;", " seq:>500000;",
                                 " tcp.mss:1460;", " tcp.mss:<1000;"});
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
  auto const track = choice.across_flows
                         ? random.one_of(Words{"by_src", "by_dst", "by_both", "by_rule", "by_flow"})
                         : std::string("by_flow");
  // Each worker has the time of its own packets: there windows must not end.
  auto const seconds = choice.across_flows ? random.between(1, 5) : 1'000'000;
  auto const counted = ", track " + track + ", count " + std::to_string(random.between(1, 3)) +
                       ", seconds " + std::to_string(seconds) + ";";
  if (random.chance(12))
    text += " threshold: type " + random.one_of(Words{"limit", "threshold", "both"}) + counted;
  else if (random.chance(6))
    text += " detection_filter:" + counted.substr(1);
  else if (random.chance(3))
    text += " threshold: type backoff, track by_flow, count 1, multiplier 2;";
  if (random.chance(5)) text += " noalert;";
  if (random.chance(20)) text += " priority:" + std::to_string(random.between(1, 3)) + ";";
  return text;
}

std::string action(RandomSource& random, RuleChoice const& choice) {
  if (random.chance(4)) return "pass";
  if (random.chance(choice.ips ? 25 : 5))
    return random.one_of(Words{"drop", "drop", "reject", "rejectdst", "rejectboth"});
  return "alert";
}

std::string random_rule(RandomSource& random, Conversation const& conversation,
                        RuleChoice const& choice, std::uint32_t sid) {
  auto const which = random.below(conversation.ends.size());
  auto const ends =
      random.chance(60) ? conversation.ends[which] : conversation.ends[which].reversed();
  auto const number = conversation.protocols[which];
  auto protocol = protocol_of(random, number);
  if (protocol == "pkthdr" && !choice.across_flows) protocol = "ip";
  bool const bare = random.chance(6);  // addresses alone
  bool const payload = !bare && protocol != "pkthdr" && random.chance(85);
  bool const start = random.chance(3) && number == 6 && !payload;
  auto rule = action(random, choice) + " " + (start ? "tcp:flow_start" : protocol) + " " +
              addresses(random, ends.source) + " " + ports(random, ends.source_port) +
              (random.chance(15) ? " <> " : " -> ") + addresses(random, ends.destination) + " " +
              ports(random, ends.destination_port) + " (msg:\"random\";";
  bool const any_protocol = protocol.starts_with("ip") || protocol == "pkthdr";
  if (!bare && random.chance(40)) rule += flow_keyword(random);
  if (payload) rule += random_payload_keywords(random, conversation.texts, false);
  if (!bare && random.chance(payload ? 12 : 90))
    rule += header_keyword(random, any_protocol ? 0 : number);
  if (!bare || random.chance(20)) rule += state_keywords(random, choice);
  return rule + " sid:" + std::to_string(sid) + ";)\n";
}

}  // namespace

bool loads(std::string const& rule) {
  RuleParser parser(default_variables());
  parser.read(std::make_shared<Source>(Source{"random.rules", rule}));
  return parser.report().loaded == 1;
}

std::string random_rules(RandomSource& random, Conversation const& conversation,
                         RuleChoice const& choice) {
  std::string rules;
  auto const count = random.between(1, 24);
  for (std::uint32_t sid = 1; sid <= count;) {
    auto const rule = random_rule(random, conversation, choice, sid);
    if (!loads(rule)) continue;
    rules += rule;
    ++sid;
  }
  return rules;
}

}  // namespace warpline::ids::differential
