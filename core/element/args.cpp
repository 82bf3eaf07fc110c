// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/args.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>

#include "core/base/numbers.hpp"
#include "core/base/random.hpp"
#include "core/element/context.hpp"
#include "core/element/file_uses.hpp"

namespace warpline {

Args::Args(ElementDecl const& decl, std::shared_ptr<Source const> source, BuildContext& context)
    : decl_(decl),
      source_(std::move(source)),
      context_(context),
      taken_(decl.arguments.size(), false) {}

ConfigError Args::error_at(Position position, std::string message) const {
  return ConfigError(Diagnostic{Diagnostic::Severity::kError, source_, position,
                                decl_.class_name + ": " + std::move(message)});
}

ConfigError Args::error(std::string message, std::string_view name) const {
  for (auto const& [known, position] : places_)
    if (known == name) return error_at(position, std::move(message));
  return error_at(decl_.class_position, std::move(message));
}

ConfigError Args::error_at(Argument const& argument, std::string message) const {
  return error_at(argument.position, std::move(message));
}

ConfigError Args::error_at(Word const& word, std::string message) const {
  return error_at(word.position, std::move(message));
}

std::uint64_t Args::seed() const {
  // FNV-1a of the name: two elements of a graph must not draw in step, nor one on two workers.
  std::uint64_t hash = 0xcbf29ce484222325;
  for (auto const character : decl_.name)
    hash = (hash ^ static_cast<unsigned char>(character)) * 0x100000001b3;
  return Random(Random(context_.seed).next() ^ hash ^ context_.worker).next();
}

namespace {

constexpr std::string_view kBlanks = " \t\r\n";

/// The value in `"name value..."`, one quoted argument; empty if the argument is anything else.
std::string_view quoted_value(Argument const& argument, std::string_view name) {
  std::string_view text = argument.text;
  if (!argument.quoted || !text.starts_with(name)) return {};
  text.remove_prefix(name.size());
  auto const begin = text.find_first_not_of(kBlanks);
  if (begin == 0 || begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

}  // namespace

std::optional<Args::Value> Args::take_keyword(std::string_view name) {
  std::optional<Value> match;
  for (std::size_t i = 0; i < decl_.arguments.size(); ++i) {
    auto const& argument = decl_.arguments[i];
    auto const quoted = quoted_value(argument, name);
    if (taken_[i] || (quoted.empty() && !argument.has_keyword(name))) continue;
    if (match) throw error_at(argument.position, std::string(name) + " is given twice");
    taken_[i] = true;
    if (quoted.empty()) {
      auto const value = argument.value();
      match = Value{value.text, value.position};
    } else {
      match = Value{std::string(quoted), argument.position};
    }
  }
  return match;
}

bool Args::ignore(std::string_view name) { return take_keyword(name).has_value(); }

std::optional<Args::Value> Args::take(std::string_view name, bool positional, bool required,
                                      bool holds_blanks) {
  known_.emplace_back(name);
  auto value = take_keyword(name);
  for (std::size_t i = 0; positional && !value && i < decl_.arguments.size(); ++i) {
    if (taken_[i]) continue;
    // The first free argument is ours, unless it is a keyword argument: WORD VALUE.
    auto const& words = decl_.arguments[i].words;
    if (words.size() != 1) continue;
    // Nor is "WORD VALUE" if the requested value has no blanks.
    if (!holds_blanks && words[0].text.find_first_of(kBlanks) != std::string::npos) continue;
    taken_[i] = true;
    value = Value{words[0].text, words[0].position};
  }
  if (value)
    places_.emplace_back(name, value->position);
  else if (required)
    throw missing(name);
  return value;
}

ConfigError Args::missing(std::string_view name) const {
  for (std::size_t i = 0; i < decl_.arguments.size(); ++i) {
    auto const& words = decl_.arguments[i].words;
    if (taken_[i] || words.size() < 2) continue;
    auto const guess = did_you_mean(words[0].text, {std::string(name)});
    if (!guess.empty())
      return error_at(decl_.arguments[i].position,
                      "unknown argument '" + words[0].text + "'" + guess);
  }
  return error_at(decl_.class_position, "missing argument " + std::string(name));
}

std::vector<Argument> Args::rest(std::string_view name) {
  known_.push_back(std::string(name) + "...");
  std::vector<Argument> rest;
  for (std::size_t i = 0; i < decl_.arguments.size(); ++i)
    if (!taken_[i]) {
      taken_[i] = true;
      rest.push_back(decl_.arguments[i]);
    }
  return rest;
}

std::string Args::resolve(std::string const& text) const {
  std::filesystem::path path(text);
  if (path.is_relative() && source_)
    path = std::filesystem::path(source_->name).parent_path() / path;
  note_file_use(context_, {path.string(), class_name() + " '" + element_name() + "'"});
  return path.string();
}

std::string Args::path(std::string_view name) {
  auto const value = take(name, true, true);
  if (value->text.empty()) throw expected(*value, name, "a path");
  return resolve(value->text);
}

std::string Args::path_or_empty(std::string_view name) {
  auto const value = take(name, false, false);
  return value ? resolve(value->text) : std::string{};
}

void Args::finish() {
  for (std::size_t i = 0; i < decl_.arguments.size(); ++i) {
    if (taken_[i]) continue;
    auto const& words = decl_.arguments[i].words;
    if (words.empty()) continue;
    std::string text = "unexpected argument '" + words[0].text + "'";
    if (words.size() > 1) text = "unknown argument '" + words[0].text + "'";
    auto const guess = did_you_mean(words[0].text, known_);
    if (guess.empty()) {
      if (known_.empty()) text += "; it takes none";
      for (std::size_t k = 0; k < known_.size(); ++k)
        text += (k == 0 ? "; it takes " : ", ") + known_[k];
    }
    throw error_at(decl_.arguments[i].position, text + guess);
  }
}

ConfigError Args::expected(Value const& value, std::string_view name,
                           std::string const& what) const {
  return error_at(value.position, std::string(name) + " is '" + value.text + "'; expected " + what);
}

namespace {

template <class T>
bool parse_integer(std::string_view text, T& result) {
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  }
  auto const number = to_number<T>(text, base);
  if (number) result = *number;
  return number.has_value();
}

}  // namespace

template <class T>
T Args::parse(std::optional<Value> const& value, std::string_view name) const {
  if constexpr (std::is_same_v<T, std::string>) {
    return value->text;
  } else if constexpr (std::is_same_v<T, bool>) {
    if (value->text == "true" || value->text == "1" || value->text == "yes") return true;
    if (value->text == "false" || value->text == "0" || value->text == "no") return false;
    throw expected(*value, name, "true or false");
  } else if constexpr (std::is_same_v<T, double>) {
    if (auto const number = to_number<double>(value->text)) return *number;
    throw expected(*value, name, "a number");
  } else if constexpr (std::is_same_v<T, std::chrono::nanoseconds>) {
    std::string_view const text = value->text;
    auto const digits = text.find_first_not_of("0123456789");
    std::uint64_t number = 0;
    if (digits != 0 && parse_integer(text.substr(0, digits), number) && number < 1'000'000'000) {
      auto const unit = digits == std::string_view::npos ? std::string_view{} : text.substr(digits);
      std::int64_t const count = static_cast<std::int64_t>(number);
      if (unit == "ns") return std::chrono::nanoseconds(count);
      if (unit == "us") return std::chrono::microseconds(count);
      if (unit == "ms") return std::chrono::milliseconds(count);
      if (unit == "s") return std::chrono::seconds(count);
    }
    throw expected(*value, name, "a time with its unit: 10us, 2ms, 1s");
  } else {
    T result{};
    if (!parse_integer(value->text, result))
      throw expected(*value, name,
                     "an integer from " + std::to_string(std::numeric_limits<T>::min()) + " to " +
                         std::to_string(std::numeric_limits<T>::max()));
    return result;
  }
}

#define WARPLINE_PARSE(T) \
  template T Args::parse<T>(std::optional<Value> const&, std::string_view) const;
WARPLINE_PARSE(bool)
WARPLINE_PARSE(double)
WARPLINE_PARSE(std::string)
WARPLINE_PARSE(std::chrono::nanoseconds)
WARPLINE_PARSE(std::int32_t)
WARPLINE_PARSE(std::int64_t)
WARPLINE_PARSE(std::uint8_t)
WARPLINE_PARSE(std::uint16_t)
WARPLINE_PARSE(std::uint32_t)
WARPLINE_PARSE(std::uint64_t)
#undef WARPLINE_PARSE

}  // namespace warpline
