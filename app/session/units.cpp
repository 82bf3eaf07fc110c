// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/session/units.hpp"

#include <array>
#include <charconv>

#include "core/base/error.hpp"
#include "core/base/numbers.hpp"

namespace warpline::app {
namespace {

struct Unit {
  std::string_view name;
  double factor;
};

/// Parses the number at the start of `text`; the remaining text is in `rest`. False if there is no
/// number.
template <class Number>
bool leading_number(std::string_view text, Number& number, std::string_view& rest) {
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  rest = text.substr(static_cast<std::size_t>(end - text.data()));
  return error == std::errc() && end != text.data();
}

std::string label(std::string const& what) { return what.empty() ? "" : what + ": "; }

[[noreturn]] void refuse(std::string const& what, std::string const& text, char const* expected) {
  throw ConfigError(label(what) + "'" + text + "' is not " + expected);
}

}  // namespace

std::uint64_t parse_count(std::string const& text, std::string const& what) {
  if (auto const count = warpline::parse_count(text)) return *count;
  refuse(what, text, "a count; expected e.g. 4096, 64k or 2M");
}

std::uint64_t parse_count(std::string const& text, std::string const& what, std::uint64_t min,
                          std::uint64_t max) {
  auto const value = parse_count(text, what);
  if (value < min || value > max)
    throw ConfigError(label(what) + text + " is out of range; expected " + std::to_string(min) +
                      " to " + std::to_string(max));
  return value;
}

std::chrono::nanoseconds parse_duration(std::string const& text, std::string const& what) {
  constexpr char const* expected =
      "a duration; expected a number with a unit, e.g. 100us, 500ms, 10s or 2m";
  constexpr std::array<Unit, 6> units{
      {{"ns", 1.0}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}}};
  double number = 0;
  std::string_view suffix;
  if (!leading_number(std::string_view(text), number, suffix) || !(number >= 0))
    refuse(what, text, expected);
  for (auto const& unit : units) {
    if (unit.name != suffix) continue;
    auto const nanoseconds = number * unit.factor;
    if (!(nanoseconds < 9e18)) refuse(what, text, expected);
    return std::chrono::nanoseconds(static_cast<std::int64_t>(nanoseconds));
  }
  refuse(what, text, expected);
}

std::vector<int> parse_cores(std::string const& text, std::string const& what) {
  constexpr char const* expected = "a list of processors; expected e.g. 1,3 or 2-5";
  constexpr int kMax = 4096;
  std::vector<int> cores;
  std::string_view rest = text;
  while (true) {
    int first = 0;
    if (!leading_number(rest, first, rest) || first < 0 || first >= kMax)
      refuse(what, text, expected);
    int last = first;
    if (rest.starts_with('-') &&
        (!leading_number(rest.substr(1), last, rest) || last < first || last >= kMax))
      refuse(what, text, expected);
    for (int core = first; core <= last; ++core) cores.push_back(core);
    if (rest.empty()) return cores;
    if (rest[0] != ',') refuse(what, text, expected);
    rest.remove_prefix(1);
  }
}

}  // namespace warpline::app
