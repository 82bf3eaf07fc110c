// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/spec/spec_options.hpp"

#include <algorithm>

#include "core/base/numbers.hpp"

namespace warpline {
Diagnostic spec_diagnostic(PortText const& text, std::size_t offset, std::string message) {
  Diagnostic diagnostic;
  diagnostic.message = std::move(message);
  if (text.source) {
    diagnostic.source = text.source;
    diagnostic.position = {text.position.line,
                           text.position.column + static_cast<std::uint32_t>(offset)};
  } else {
    diagnostic.source = std::make_shared<Source>(Source{"--port", text.text});
    diagnostic.position = {1, 1 + static_cast<std::uint32_t>(offset)};
  }
  return diagnostic;
}

SpecOptions::SpecOptions(PortText const& text, std::size_t begin, std::string subject,
                         std::vector<std::string> const& flags)
    : text_(text), subject_(std::move(subject)) {
  split(begin, flags);
}

void SpecOptions::split(std::size_t begin, std::vector<std::string> const& flags) {
  auto const& text = text_.text;
  while (begin < text.size()) {
    Item item;
    item.key_at = begin;
    bool quoted = false, has_value = false;
    std::size_t offset = begin;
    std::string word;
    for (; offset < text.size() && (quoted || text[offset] != ','); ++offset) {
      if (text[offset] == '"') {
        quoted = !quoted;
      } else if (text[offset] == '=' && !quoted && !has_value) {
        has_value = true;
        item.key = std::move(word);
        word.clear();
        item.value_at = offset + 1;
      } else {
        word += text[offset];
      }
    }
    if (quoted) error(item.key_at, "a quote that is not closed");
    item.raw = text.substr(begin, offset - begin);
    begin = offset + 1;
    if (has_value) {
      item.value = std::move(word);
    } else if (std::find(flags.begin(), flags.end(), word) != flags.end()) {
      item.key = std::move(word);
    } else if (!items_.empty() && !items_.back().value.empty()) {
      items_.back().value += ',' + word;
      items_.back().raw += ',' + item.raw;
      continue;
    } else {
      item.value = std::move(word);
      item.value_at = item.key_at;
    }
    items_.push_back(std::move(item));
  }
}

SpecOptions::Item* SpecOptions::find(std::string const& key) {
  if (!key.empty() && std::find(known_.begin(), known_.end(), key) == known_.end())
    known_.push_back(key);
  Item* match = nullptr;
  for (auto& item : items_) {
    if (item.key != key) continue;
    if (match != nullptr && !item.taken) error(item.key_at, "'" + key + "' is given twice");
    item.taken = true;
    if (match == nullptr) match = &item;
  }
  return match;
}

std::optional<std::string> SpecOptions::text(std::string const& key) {
  auto const* item = find(key);
  if (item == nullptr) return {};
  if (item->value.empty()) error(item->key_at, "'" + key + "' needs a value");
  return item->value;
}

std::uint64_t SpecOptions::number(std::string const& key, std::uint64_t fallback, std::uint64_t min,
                                  std::uint64_t max) {
  auto const value = text(key);
  if (!value || value->empty()) return fallback;
  auto const number = parse_count(*value);
  if (number && *number >= min && *number <= max) return *number;
  fail(key, "'" + key + "' is '" + *value + "'; expected a whole number from " +
                std::to_string(min) + " to " + std::to_string(max));
  return fallback;
}

double SpecOptions::rate(std::string const& key) {
  auto const value = text(key);
  if (!value || value->empty()) return 0;
  auto const number = parse_scaled(*value);
  if (number) return *number;
  fail(key, "'" + key + "' is '" + *value + "'; expected packets a second, such as 200k or 1.5M");
  return 0;
}

bool SpecOptions::yes(std::string const& key, bool fallback) {
  auto const value = text(key);
  if (!value || value->empty()) return fallback;
  if (*value == "yes" || *value == "no") return *value == "yes";
  fail(key, "'" + key + "' is '" + *value + "'; expected yes or no");
  return fallback;
}

bool SpecOptions::flag(std::string const& key) {
  auto const* item = find(key);
  if (item != nullptr && !item->value.empty())
    error(item->value_at, "'" + key + "' takes no value");
  return item != nullptr;
}

std::optional<std::string> SpecOptions::positional() {
  if (items_.empty() || !items_.front().key.empty()) return {};
  items_.front().taken = true;
  return items_.front().value;
}

void SpecOptions::fail(std::string const& key, std::string message) {
  for (auto const& item : items_)
    if (item.key == key) return error(item.value_at, std::move(message));
  error(0, std::move(message));
}

std::vector<std::string> SpecOptions::rest() {
  std::vector<std::string> pieces;
  for (auto& item : items_) {
    if (item.taken) continue;
    item.taken = true;
    pieces.push_back(item.raw);
  }
  return pieces;
}

void SpecOptions::finish() {
  for (auto const& item : items_) {
    if (item.taken) continue;
    auto const& word = item.key.empty() ? item.value : item.key;
    std::string expected;
    for (auto const& key : known_) expected += (expected.empty() ? "" : ", ") + key;
    auto const guess = did_you_mean(word, known_);
    error(item.key_at, "unknown option '" + word + "' of " + subject_ +
                           (guess.empty() ? "; it has " + expected : guess));
  }
  diagnostics_.throw_errors();
}

}  // namespace warpline
