// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "elements/ids/rules/keywords.hpp"

namespace warpline::ids {
namespace {

constexpr std::uint32_t kMaxId = 0xffffffff;

void read_msg(OptionReader& option) {
  if (!option.rule().message.empty()) option.refuse("msg is given twice in this rule");
  option.rule().message = unquoted(option.value());
}

void read_sid(OptionReader& option) {
  if (option.rule().sid != 0) option.refuse("sid is given twice in this rule");
  option.rule().sid = number<std::uint32_t>(without_quotes(option.value()), 1, kMaxId);
}
void read_gid(OptionReader& option) {
  option.rule().gid = number<std::uint32_t>(without_quotes(option.value()), 0, kMaxId);
}
void read_rev(OptionReader& option) {
  option.rule().rev = number<std::uint32_t>(without_quotes(option.value()), 0, kMaxId);
}
void read_classtype(OptionReader& option) {
  option.rule().classtype = option.value().text;
  option.state().classtype_offset = option.value().offset;
}
void read_priority(OptionReader& option) {
  option.rule().priority = number<std::uint8_t>(option.value(), 1, 255);
  option.state().has_priority = true;
}

void read_reference(OptionReader& option) {
  auto const text = option.value().text;
  auto const comma = text.find(',');
  if (comma == std::string_view::npos) option.refuse("expected a kind, ',' and an id");
  auto const offset = option.value().offset;
  auto const kind = trimmed({text.substr(0, comma), offset});
  auto const id = trimmed({text.substr(comma + 1), offset + comma + 1});
  option.rule().references.push_back({std::string(kind.text), std::string(id.text)});
}

void read_metadata(OptionReader& option) {
  for (auto const& part : option.parts()) {
    auto const blank = std::min(part.text.find_first_of(" \t"), part.text.size());
    option.rule().metadata.emplace_back(
        part.text.substr(0, blank), trimmed({part.text.substr(blank), part.offset + blank}).text);
  }
}

void read_target(OptionReader& option) {
  auto const text = option.value().text;
  if (text != "src_ip" && text != "dest_ip") option.refuse("expected src_ip or dest_ip");
  option.rule().target_is_source = text == "src_ip";
}

using enum KeywordKind;
using enum KeywordValue;
constexpr Keyword kTable[] = {
    {"msg", kMeta, kNeeded, "text of the alert", read_msg},
    {"sid", kMeta, kNeeded, "number of the rule", read_sid},
    {"gid", kMeta, kNeeded, "group of the number", read_gid},
    {"rev", kMeta, kNeeded, "revision of the rule", read_rev},
    {"classtype", kMeta, kNeeded, "class, which gives the priority", read_classtype},
    {"priority", kMeta, kNeeded, "1 is the most important", read_priority},
    {"reference", kMeta, kNeeded, "where more is written", read_reference},
    {"metadata", kMeta, kNeeded, "names and values for the alert", read_metadata},
    {"target", kMeta, kNeeded, "which side is attacked", read_target},
};

}  // namespace

std::span<Keyword const> meta_keywords() { return kTable; }

}  // namespace warpline::ids
