// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>

#include "core/base/text.hpp"
#include "elements/ids/rules/keywords.hpp"

namespace warpline::ids {
namespace {

constexpr std::uint32_t kMaxSeconds = 0x7fffffff, kMaxCount = 0xffffffff;

void read_flow(OptionReader& option) {
  using Direction = FlowMatch::Direction;
  using State = FlowMatch::State;
  using Source = FlowMatch::Source;
  using Fragments = FlowMatch::Fragments;
  if (option.rule().flow) option.refuse("flow is given twice in this rule");
  FlowMatch match;
  auto const set = [](auto& member, auto value, Word const& word) {
    if (member != decltype(value){})
      OptionReader::refuse(word, quoted(word.text) + " contradicts a word before it");
    member = value;
  };
  for (auto const& word : option.parts()) {
    auto const& text = word.text;
    if (text == "to_server" || text == "from_client")
      set(match.direction, Direction::kToServer, word);
    else if (text == "to_client" || text == "from_server")
      set(match.direction, Direction::kToClient, word);
    else if (text == "established")
      set(match.state, State::kEstablished, word);
    else if (text == "not_established")
      set(match.state, State::kNotEstablished, word);
    else if (text == "stateless")
      set(match.state, State::kStateless, word);
    else if (text == "only_stream")
      set(match.source, Source::kOnlyStream, word);
    else if (text == "no_stream")
      set(match.source, Source::kNoStream, word);
    else if (text == "only_frag")
      set(match.fragments, Fragments::kOnly, word);
    else if (text == "no_frag")
      set(match.fragments, Fragments::kNone, word);
    else
      OptionReader::refuse(word,
                           "expected to_server, to_client, from_server, from_client, established, "
                           "not_established, stateless, only_stream, no_stream, only_frag or "
                           "no_frag");
  }
  option.rule().flow = match;
}

constexpr std::pair<std::string_view, BitAction::Command> kCommands[] = {
    {"set", BitAction::Command::kSet},
    {"unset", BitAction::Command::kUnset},
    {"toggle", BitAction::Command::kToggle},
    {"isset", BitAction::Command::kIsSet},
    {"isnotset", BitAction::Command::kIsNotSet}};

std::vector<std::string> bit_names(Word const& word, bool several) {
  std::vector<std::string> names;
  for (std::size_t begin = 0; begin <= word.text.size();) {
    auto const end = std::min(word.text.find('|', begin), word.text.size());
    auto const name = trimmed({word.text.substr(begin, end - begin), word.offset + begin});
    if (name.text.empty()) OptionReader::refuse(word, "expected the name of a bit");
    if (name.text.find_first_of(" \t") != std::string_view::npos)
      OptionReader::refuse(name, "the name of a bit has no blanks");
    names.emplace_back(name.text);
    begin = end + 1;
  }
  if (names.size() > 1 && !several)
    OptionReader::refuse(word, "several names need isset or isnotset");
  return names;
}

void read_flowbits(OptionReader& option) {
  auto const parts = option.parts();
  if (parts[0].text == "noalert") {
    option.rule().no_alert = true;
    return;
  }
  auto const command = value_of(kCommands, parts[0].text);
  if (!command)
    OptionReader::refuse(parts[0], "expected set, unset, toggle, isset, isnotset or noalert");
  if (parts.size() != 2) option.refuse("expected a command and the name of a bit");
  BitAction action;
  action.command = *command;
  action.names = bit_names(parts[1], action.tests());
  option.rule().bits.push_back(std::move(action));
}

void read_xbits(OptionReader& option) {
  using Scope = BitAction::Scope;
  constexpr std::pair<std::string_view, Scope> kScopes[] = {
      {"ip_src", Scope::kSource}, {"ip_dst", Scope::kDestination}, {"ip_pair", Scope::kPair}};
  auto const parts = option.parts();
  if (parts[0].text == "noalert") {
    option.rule().no_alert = true;
    return;
  }
  auto const command = value_of(kCommands, parts[0].text);
  if (!command)
    OptionReader::refuse(parts[0], "expected set, unset, toggle, isset, isnotset or noalert");
  if (parts.size() < 3 || !parts[2].text.starts_with("track "))
    option.refuse(
        "expected a command, a name and 'track ip_src', 'track ip_dst' or "
        "'track ip_pair'");
  BitAction action;
  action.command = *command;
  action.names = bit_names(parts[1], action.tests());
  auto const scope = rest_of(parts[2], 6);
  auto const known = value_of(kScopes, scope.text);
  if (!known) OptionReader::refuse(scope, "expected ip_src, ip_dst or ip_pair");
  action.scope = *known;
  constexpr std::uint32_t kDefaultExpiry = 30;
  action.expire_seconds = kDefaultExpiry;
  for (std::size_t i = 3; i < parts.size(); ++i) {
    if (!parts[i].text.starts_with("expire "))
      OptionReader::refuse(parts[i], "expected 'expire SECONDS'");
    action.expire_seconds = number<std::uint32_t>(rest_of(parts[i], 7), 1, kMaxSeconds);
  }
  option.rule().bits.push_back(std::move(action));
}

/// The settings of `threshold` and `detection_filter`, a name and a value each.
Threshold read_counting(OptionReader& option, bool filter) {
  using Type = Threshold::Type;
  using Track = Threshold::Track;
  constexpr std::pair<std::string_view, Type> kTypes[] = {{"limit", Type::kLimit},
                                                          {"threshold", Type::kThreshold},
                                                          {"both", Type::kBoth},
                                                          {"backoff", Type::kBackoff}};
  constexpr std::pair<std::string_view, Track> kTracks[] = {{"by_src", Track::kSource},
                                                            {"by_dst", Track::kDestination},
                                                            {"by_both", Track::kPair},
                                                            {"by_rule", Track::kRule},
                                                            {"by_flow", Track::kFlow}};
  if (option.rule().threshold) option.refuse("a rule has one threshold or detection_filter");
  Threshold result;
  bool has_type = false, has_track = false, has_count = false, has_seconds = false;
  for (auto const& part : option.parts()) {
    auto const blank = std::min(part.text.find_first_of(" \t"), part.text.size());
    auto const name = part.text.substr(0, blank);
    auto const value = rest_of(part, blank);
    if (name == "type" && !filter) {
      auto const type = value_of(kTypes, value.text);
      if (!type) OptionReader::refuse(value, "expected limit, threshold, both or backoff");
      result.type = *type;
      has_type = true;
    } else if (name == "track") {
      auto const track = value_of(kTracks, value.text);
      if (!track)
        OptionReader::refuse(value, "expected by_src, by_dst, by_both, by_rule or by_flow");
      result.track = *track;
      has_track = true;
    } else if (name == "count") {
      result.count = number<std::uint32_t>(value, 1, kMaxCount);
      has_count = true;
    } else if (name == "seconds") {
      result.seconds = number<std::uint32_t>(value, 1, kMaxSeconds);
      has_seconds = true;
    } else if (name == "multiplier" && !filter) {
      result.multiplier = number<std::uint32_t>(value, 1, kMaxCount);
    } else if (name == "unique_on" && filter) {
      if (value.text != "src_port" && value.text != "dst_port")
        OptionReader::refuse(value, "expected src_port or dst_port");
      result.unique_on = value.text;
    } else {
      OptionReader::refuse(part, filter ? "expected track, count, seconds or unique_on"
                                        : "expected type, track, count, seconds or multiplier");
    }
  }
  if (filter) result.type = Type::kDetectionFilter;
  bool const backoff = result.type == Type::kBackoff;
  if (!has_track || !has_count || (!has_seconds && !backoff) || (!has_type && !filter))
    option.refuse(filter ? "expected track, count and seconds"
                         : "expected type, track, count and seconds");
  if (backoff && (result.track != Track::kFlow || result.multiplier == 0))
    option.refuse("backoff needs 'track by_flow' and a multiplier");
  return result;
}

void read_threshold(OptionReader& option) {
  option.rule().threshold = read_counting(option, false);
}
void read_detection_filter(OptionReader& option) {
  option.rule().threshold = read_counting(option, true);
}
void read_noalert(OptionReader& option) { option.rule().no_alert = true; }
void read_bypass(OptionReader& option) { option.rule().bypass = true; }
void read_nothing(OptionReader&) {}

using enum KeywordKind;
using enum KeywordValue;
constexpr Keyword kTable[] = {
    {"flow", kState, kNeeded, "direction and state of the flow", read_flow},
    {"flowbits", kState, kNeeded, "sets or tests bits of the flow", read_flowbits},
    {"xbits", kState, kNeeded, "sets or tests bits of addresses", read_xbits},
    {"noalert", kState, kNone, "the rule changes state and does not alert", read_noalert},
    {"threshold", kState, kNeeded, "limits alerts by count and time", read_threshold},
    {"detection_filter", kState, kNeeded, "alerts after a count of matches", read_detection_filter},
    {"tag", kState, kNeeded, "no effect", read_nothing},
    {"bypass", kState, kNone, "ends the inspection of the flow", read_bypass},
    {"prefilter", kState, kOptional, "no effect: the fast pattern is chosen", read_nothing},
};

}  // namespace

std::span<Keyword const> state_keywords() { return kTable; }

}  // namespace warpline::ids
