// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/config/passed_over.hpp"

#include <algorithm>
#include <iterator>

namespace warpline::ipsec {
namespace {

constexpr std::string_view kStatistics = "statistics";

/// Fields with one value, and their names in the warning.
struct Field {
  std::string_view name, shown;
};
constexpr Field kOneValue[] = {
    {"if_id", "if_id"},          {"seq", kStatistics},
    {"uid", kStatistics},        {"coa", "coa"},
    {"ctx", "security context"}, {"nat_keepalive_interval", "nat_keepalive_interval"},
    {"pcpu-num", "pcpu-num"},    {"enc-mask", kStatistics},
    {"auth-mask", kStatistics},  {"comp-mask", kStatistics}};
constexpr Field kMarks[] = {
    {"mark", "mark"}, {"output-mark", "output-mark"}, {"set-mark", "output-mark"}};
constexpr std::string_view kOthers[] = {"crypto", "lastused", "lifetime", "offload",
                                        "packet", "security", "stats:"};

template <class Fields>
Field const* find(Fields const& fields, std::string_view name) {
  auto const match = std::find_if(std::begin(fields), std::end(fields),
                                  [&](Field const& field) { return field.name == name; });
  return match == std::end(fields) ? nullptr : match;
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_decimal(char c) { return c >= '0' && c <= '9'; }

/// `2026-01-02`, `03:04:05`, or `-` for never.
bool is_time(std::string_view word) {
  return word == "-" || (!word.empty() && is_decimal(word[0]) &&
                         word.find_first_of("-:") != std::string_view::npos);
}

/// `soft`, `(INF)(bytes),`, `0(sec)` and the like.
bool is_lifetime(std::string_view word) {
  return is_one_of(word, {"config:", "current:", "limit:", "expire", "soft", "hard",
                          "add:", "use:", "add", "use"}) ||
         is_time(word) || word.ends_with(')') || word.ends_with("),");
}

}  // namespace

bool PassedOver::is_field(std::string_view name) {
  return find(kOneValue, name) != nullptr || find(kMarks, name) != nullptr ||
         std::find(std::begin(kOthers), std::end(kOthers), name) != std::end(kOthers) ||
         is_figure(name);
}

template <class IsName>
void PassedOver::take_pairs(IsName is_name) {
  while (!cursor_.at_end() && is_name(cursor_.peek().text)) {
    cursor_.take();
    take_one();
  }
}

void PassedOver::take_time() {
  while (!cursor_.at_end() && is_time(cursor_.peek().text)) cursor_.take();
}

void PassedOver::take_lifetime() {
  while (!cursor_.at_end() && is_lifetime(cursor_.peek().text)) cursor_.take();
}

void PassedOver::warn(Word const& name, std::string_view text) {
  diagnostics_.warning_item(name.position, "ignored, without effect on packets here", text);
}

void PassedOver::take(Word const& name) { warn(name, take_values(name)); }

std::string_view PassedOver::take_values(Word const& name) {
  if (auto const* const field = find(kOneValue, name.text)) {
    take_one();
    return field->shown;
  }
  if (auto const* const mark = find(kMarks, name.text)) {
    take_one();
    take_pairs([](std::string_view word) { return word == "mask"; });
    return mark->shown;
  }
  if (name.text == "lastused") {
    take_time();
    return name.text;
  }
  if (name.text == "security") {
    if (next_is("context")) cursor_.take();
    take_one();
    return "security context";
  }
  if (name.text == "stats:") {
    take_pairs([](std::string_view word) {
      return is_one_of(word, {"replay-window", "replay", "failed"});
    });
    return kStatistics;
  }
  if (name.text == "lifetime") {
    take_lifetime();
    return kStatistics;
  }
  if (is_figure(name.text)) {
    auto const* last = &name;
    while (last->text.find(')') == std::string_view::npos && !cursor_.at_end() &&
           cursor_.peek().row == name.row)
      last = &cursor_.take();
    return kStatistics;
  }
  // crypto offload parameters: dev eth0 dir in; offload packet dev eth0 dir in
  while (next_is("offload") || next_is("parameters:") || next_is("crypto") || next_is("packet"))
    cursor_.take();
  take_pairs([](std::string_view word) { return is_one_of(word, {"dev", "dir", "mode"}); });
  return "offload";
}

}  // namespace warpline::ipsec
