// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/rules/group_parser.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "core/base/numbers.hpp"
#include "core/base/text.hpp"

namespace warpline::ids {
namespace {

constexpr std::size_t kMaxDepth = 32;  // of lists and variables within each other

bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// The place of an error in the group's text, and its message.
struct Refusal {
  std::size_t offset;
  std::string message;
};

std::optional<std::uint16_t> port(std::string_view text) { return to_number<std::uint16_t>(text); }

/// `80`, `1024:` (and above), `:1023` (and below), `80:90`.
std::optional<PortSet> parse_ports(std::string const& text) {
  auto const colon = text.find(':');
  if (colon == std::string::npos) {
    auto const only = port(text);
    return only ? std::optional(PortSet(*only, *only)) : std::nullopt;
  }
  auto const lower = text.substr(0, colon), upper = text.substr(colon + 1);
  auto const first = lower.empty() ? std::optional<std::uint16_t>(std::uint16_t{0}) : port(lower);
  auto const last =
      upper.empty() ? std::optional<std::uint16_t>(std::uint16_t{0xffff}) : port(upper);
  if (!first || !last || *first > *last || text.size() == 1) return std::nullopt;
  return PortSet(*first, *last);
}

}  // namespace

template <>
struct GroupParser::Kind<AddressSet> {
  static constexpr char kExpected[] =
      "expected an address, a prefix such as 10.0.0.0/8, a range a-b, 'any', $NAME or a list";
  static constexpr char kNoun[] = "address";
  static std::map<std::string, Variable> const& variables(Variables const& all) {
    return all.addresses;
  }
  static std::optional<AddressSet> parse(std::string const& text) { return parse_addresses(text); }
};
template <>
struct GroupParser::Kind<PortSet> {
  static constexpr char kExpected[] =
      "expected a port from 0 to 65535, a range such as 1024:, 'any', $NAME or a list";
  static constexpr char kNoun[] = "port";
  static std::map<std::string, Variable> const& variables(Variables const& all) {
    return all.ports;
  }
  static std::optional<PortSet> parse(std::string const& text) { return parse_ports(text); }
};

template <class Set>
class GroupParser::Reader {
 public:
  /// `known`: the groups read before, by their text.
  Reader(Variables const& variables, std::map<std::string, Set>& known,
         std::vector<std::string>& names)
      : variables_(variables), known_(known), names_(names) {}

  Set group(std::string_view text) {
    text_ = text;
    auto const set = item();
    skip_blanks();
    if (offset_ < text_.size()) throw Refusal{offset_, "expected the group to end here"};
    if (set.empty()) throw Refusal{0, empty_message()};
    return set;
  }

 private:
  static std::string empty_message() {
    return std::string("no ") + Kind<Set>::kNoun + " is left in the group";
  }
  static Set all_but(Set const& set) {
    auto result = Set::all();
    result.remove(set);
    return result;
  }
  void skip_blanks() {
    while (offset_ < text_.size() && is_blank(text_[offset_])) ++offset_;
  }

  /// Skips `!` and returns whether there was an odd number of them.
  bool negation() {
    bool negated = false;
    for (skip_blanks(); offset_ < text_.size() && text_[offset_] == '!'; skip_blanks()) {
      negated = !negated;
      ++offset_;
    }
    return negated;
  }

  Set item() {
    bool const negated = negation();
    auto const set = plain_item();
    return negated ? all_but(set) : set;
  }

  Set plain_item() {
    if (offset_ < text_.size() && text_[offset_] == '[') return list();
    auto const begin = offset_;
    while (offset_ < text_.size() && text_[offset_] != ',' && text_[offset_] != ']' &&
           !is_blank(text_[offset_]))
      ++offset_;
    std::string const word(text_.substr(begin, offset_ - begin));
    if (word == "any") return Set::all();
    if (word.starts_with('$')) return variable(word.substr(1), begin);
    auto const set = Kind<Set>::parse(word);
    if (!set) throw Refusal{begin, Kind<Set>::kExpected};
    return *set;
  }

  Set list() {
    auto const open = offset_++;
    if (++depth_ > kMaxDepth)
      throw Refusal{
          open, "too many lists within each other; expected at most " + std::to_string(kMaxDepth)};
    Set with, without;
    bool any_with = false;
    for (;;) {
      bool const negated = negation();
      (negated ? without : with).add(plain_item());
      any_with = any_with || !negated;
      skip_blanks();
      if (offset_ >= text_.size()) throw Refusal{open, "the list is not closed; expected ']'"};
      char const c = text_[offset_++];
      if (c == ']') break;
      if (c != ',') throw Refusal{offset_ - 1, "expected ',' or ']'"};
    }
    --depth_;
    if (!any_with) return all_but(without);
    with.remove(without);
    return with;
  }

  Set variable(std::string const& name, std::size_t offset) {
    auto const& all = Kind<Set>::variables(variables_);
    auto const entry = all.find(name);
    if (entry == all.end()) {
      std::vector<std::string> names;
      for (auto const& [known, value] : all) names.push_back(known);
      throw Refusal{offset, "unknown variable " + quoted("$" + name) + did_you_mean(name, names)};
    }
    if (auto const before = known_.find("$" + name); before != known_.end()) return before->second;
    if (std::find(names_.begin(), names_.end(), name) != names_.end())
      throw Refusal{offset, "the variable $" + name + " needs itself"};
    if (names_.size() == kMaxDepth)
      throw Refusal{offset, "too many variables within each other; expected at most " +
                                std::to_string(kMaxDepth)};
    names_.push_back(name);
    try {
      auto const set = Reader(variables_, known_, names_).group(entry->second.value);
      names_.pop_back();
      return known_.emplace("$" + name, set).first->second;
    } catch (Refusal const& refusal) {
      auto place = entry->second.position;
      place.column += static_cast<std::uint32_t>(refusal.offset);
      auto const file = variables_.source ? variables_.source->name + ":" : std::string();
      throw Refusal{offset, "$" + name + " (" + file + std::to_string(place.line) + ":" +
                                std::to_string(place.column) + "): " + refusal.message};
    }
  }

  Variables const& variables_;
  std::map<std::string, Set>& known_;
  std::vector<std::string>& names_;  // of the variables that are being read
  std::string_view text_;
  std::size_t offset_ = 0, depth_ = 0;
};

namespace {

/// Rules repeat few groups thousands of times.
template <class Set, class Read>
Set read_once(std::map<std::string, Set>& known, Word const& word, RuleText const& rule,
              Diagnostics& diagnostics, Read const& read) {
  std::string key(word.text);
  if (auto const entry = known.find(key); entry != known.end()) return entry->second;
  try {
    return known.emplace(std::move(key), read(word.text)).first->second;
  } catch (Refusal& refusal) {
    diagnostics.error(rule.position(word.offset + refusal.offset), std::move(refusal.message));
    return {};
  }
}

}  // namespace

AddressSet GroupParser::addresses(Word const& word, RuleText const& rule,
                                  Diagnostics& diagnostics) {
  return read_once(known_addresses_, word, rule, diagnostics, [this](std::string_view text) {
    std::vector<std::string> names;
    return Reader<AddressSet>(variables_, known_addresses_, names).group(text);
  });
}

bool GroupParser::negates_addresses(std::string_view text) {
  if (text.find('!') != std::string_view::npos) return true;
  for (auto place = text.find('$'); place != std::string_view::npos; place = text.find('$')) {
    text.remove_prefix(place + 1);
    std::string const name(text.substr(0, text.find_first_of(", \t]")));
    auto known = known_negations_.find(name);
    if (known == known_negations_.end()) {
      auto const& value = variables_.addresses.at(name).value;
      known = known_negations_.emplace(name, negates_addresses(value)).first;
    }
    if (known->second) return true;
  }
  return false;
}

PortSet GroupParser::ports(Word const& word, RuleText const& rule, Diagnostics& diagnostics) {
  return read_once(known_ports_, word, rule, diagnostics, [this](std::string_view text) {
    std::vector<std::string> names;
    return Reader<PortSet>(variables_, known_ports_, names).group(text);
  });
}

}  // namespace warpline::ids
