// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string_view>

#include "tests/elements/ids/differential/random_rules.hpp"

namespace warpline::ids::differential {
namespace {

using Words = std::vector<std::string>;

std::string hex_content(std::string const& bytes) {
  std::string text = "content:\"|";
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    constexpr char kDigits[] = "0123456789abcdef";
    if (i > 0) text += ' ';
    text += kDigits[static_cast<unsigned char>(bytes[i]) >> 4];
    text += kDigits[bytes[i] & 15];
  }
  return text + "|\";";
}

/// The letter of `pcre` for a buffer; 0 if it has none, or is one for both directions.
char pcre_letter(std::string const& keyword) {
  constexpr std::pair<char const*, char> kLetters[] = {
      {"http.uri", 'U'},      {"http.uri.raw", 'I'},    {"http.request_body", 'P'},
      {"http.method", 'M'},   {"http.user_agent", 'V'}, {"http.host", 'W'},
      {"http.host.raw", 'Z'}, {"http.stat_code", 'S'},  {"http.stat_msg", 'Y'}};
  for (auto const& [name, letter] : kLetters)
    if (keyword == name) return letter;
  return 0;
}

std::string cut_from(RandomSource& random, std::string const& text) {
  auto const size = std::min<std::size_t>(text.size(), random.between(1, 8));
  return text.substr(random.below(text.size() - size + 1), size);
}

/// An expression for one of the texts of letters and digits, with a hole.
std::string expression(std::string const& text) {
  std::string result;
  for (char const c : text)
    result +=
        std::isalnum(static_cast<unsigned char>(c)) != 0 ? std::string(1, c) : std::string(".");
  if (result.size() > 2) result[result.size() / 2] = '.';
  return result;
}

/// The keywords of one content.
std::string content_of(RandomSource& random, Sample const& sample, bool relative) {
  auto const bytes = cut_from(random, sample.text);
  bool const negated = random.chance(12);
  auto text = hex_content(bytes);
  if (negated) text.insert(text.find(':') + 1, "!");
  if (random.chance(25) && !sample.keyword.starts_with("http.host")) text += " nocase;";
  if (relative && random.chance(60)) {
    text += " distance:" + std::to_string(random.below(4)) + ";";
    if (random.chance(40))
      text += " within:" + std::to_string(bytes.size() + random.below(30)) + ";";
  } else {
    if (random.chance(10)) text += " startswith;";
    if (random.chance(10)) text += " endswith;";
    if (random.chance(10) && text.find("with;") == std::string::npos)
      text += " offset:" + std::to_string(random.below(6)) + ";";
  }
  if (!negated && random.chance(10)) text += " fast_pattern;";
  return text;
}

std::string transforms(RandomSource& random) {
  std::string text;
  for (auto count = random.between(1, 2); count > 0; --count)
    text += " " +
            random.one_of(Words{"dotprefix", "to_lowercase", "to_uppercase", "strip_whitespace",
                                "compress_whitespace", "url_decode"}) +
            ";";
  return text;
}

/// A sticky buffer and what looks at it.
std::string buffer_keywords(RandomSource& random, Sample const& sample) {
  auto const letter = pcre_letter(sample.keyword);
  if (letter != 0 && random.chance(12))
    return " pcre:\"/" + expression(cut_from(random, sample.text)) + "/" + letter +
           (random.chance(20) && sample.keyword.find("host") == std::string::npos ? "i" : "") +
           "\";";
  if (sample.keyword == "http.uri" && random.chance(10)) {
    auto const size = std::to_string(random.below(2) + sample.text.size());
    return " urilen:" + random.one_of(Words{"<", ">", ""}) + size + ";";
  }
  auto text = " " + sample.keyword + ";";
  if (random.chance(15)) text += transforms(random);
  bool relative = false;
  for (auto count = random.chance(70) ? 1 : 2; count > 0; --count) {
    text += " " + content_of(random, sample, relative);
    relative = true;
  }
  if (random.chance(12))
    text += " bsize:" + random.one_of(Words{"<", ">", ""}) +
            std::to_string(sample.text.size() + random.below(2)) + ";";
  if (random.chance(8)) text += " isdataat:" + random.one_of(Words{"", "!"}) + "3,relative;";
  return text;
}

std::string state(RandomSource& random, RuleChoice const& choice) {
  std::string text;
  auto const bit = [&] { return random.one_of(Words{"one", "two", "three"}); };
  if (random.chance(30))
    text +=
        " flowbits:" +
        random.one_of(Words{"set", "set", "set", "unset", "toggle", "isset", "isset", "isnotset"}) +
        "," + bit() + ";";
  if (random.chance(8))
    text += " threshold: type " + random.one_of(Words{"limit", "threshold", "both"}) + ", track " +
            random.one_of(choice.across_flows ? Words{"by_src", "by_dst"} : Words{"by_src"}) +
            ", count " + std::to_string(random.between(1, 3)) + ", seconds 1000000;";
  if (random.chance(4)) text += " noalert;";
  if (random.chance(20)) text += " priority:" + std::to_string(random.between(1, 3)) + ";";
  return text;
}

std::string action_of(RandomSource& random, RuleChoice const& choice) {
  if (!choice.for_suricata && random.chance(3)) return "pass";
  if (choice.ips && random.chance(12)) return random.one_of(Words{"drop", "reject"});
  return "alert";
}

std::string random_rule(RandomSource& random, Conversation const& conversation,
                        RuleChoice const& choice, std::uint32_t sid) {
  auto const& sample = random.one_of(conversation.samples);
  bool const is_dns = sample.protocol == "dns";
  auto const header = random.chance(70) ? sample.protocol : is_dns ? "udp" : "tcp";
  auto const port = std::to_string(conversation.ends[0].destination_port);
  auto const ports =
      random.chance(80) ? std::string("any") : random.one_of(Words{port, "!" + port});
  auto rule = action_of(random, choice) + " " + header + " any any " +
              (random.chance(15) ? "<> any " : "-> any ") + ports + " (msg:\"random\";";
  if (random.chance(40))
    rule += " flow:" +
            random.one_of(Words{"established", "to_server", "to_client", "established,to_server",
                                "established,to_client"}) +
            ";";
  if (is_dns && random.chance(15))
    rule += " dns.opcode:" + random.one_of(Words{"0", "!0", "1-3"}) + ";";
  else
    rule += buffer_keywords(random, sample);
  if (random.chance(30)) {
    auto const& other = random.one_of(conversation.samples);
    if (other.protocol == sample.protocol) rule += buffer_keywords(random, other);
  }
  if (!choice.for_suricata && random.chance(12))
    rule +=
        " pkt_data;" + random_payload_keywords(random, conversation.texts, PayloadKeywords::kPlain);
  return rule + state(random, choice) + " sid:" + std::to_string(sid) + ";)\n";
}

/// Suricata sees the first line of a response that comes in pieces after another one differently, and
/// bits that one transaction of a packet sets for another, and counts a match of `<>` twice. It asks for a direction with
/// `http.header.raw`, knows no ranges of opcodes, and does not start with sizes in which contents find
/// no place.
bool suits_suricata(std::string const& rule, Conversation const& conversation) {
  auto const has = [&](std::string_view text) { return rule.find(text) != std::string::npos; };
  bool const first_line =
      has("http.stat_msg") || has("http.response_line") || has("http.start") || has("/Y");
  if (conversation.pipelined && first_line) return false;
  if (has("header.raw") && !has("to_server") && !has("to_client")) return false;
  // It transforms this buffer in the first transaction alone.
  if (has("protocol; dotprefix") || has("protocol; to_") || has("protocol; strip") ||
      has("protocol; compress") || has("protocol; url"))
    return false;
  if (has("flowbits") || (has("<>") && has("threshold"))) return false;
  bool const several = rule.find("content:") != rule.rfind("content:");
  bool const bounded = has("bsize") || has("endswith");
  return !has("dns.opcode:1-3") && !has("bsize:<") && !(bounded && (several || has("offset")));
}

}  // namespace

std::string random_app_rules(RandomSource& random, Conversation const& conversation,
                             RuleChoice const& choice) {
  std::string rules;
  if (conversation.samples.empty()) return rules;
  auto const count = random.between(4, 24);
  for (std::uint32_t sid = 1, tries = 0; sid <= count && tries < 500; ++tries) {
    auto const rule = random_rule(random, conversation, choice, sid);
    if (!loads(rule) || (choice.for_suricata && !suits_suricata(rule, conversation))) continue;
    rules += rule;
    ++sid;
  }
  return rules;
}

}  // namespace warpline::ids::differential
