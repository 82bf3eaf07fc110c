// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/rules/option_reader.hpp"

#include <algorithm>

#include "core/base/text.hpp"

namespace warpline::ids {
namespace {

constexpr std::size_t kMaxVariables = 255;

bool is_blank(char c) { return c == ' ' || c == '\t'; }

}  // namespace

Word trimmed(Word word) {
  while (!word.text.empty() && is_blank(word.text.front())) {
    word.text.remove_prefix(1);
    ++word.offset;
  }
  while (!word.text.empty() && is_blank(word.text.back())) word.text.remove_suffix(1);
  return word;
}

std::string unquoted(Word const& word) {
  auto const& text = word.text;
  if (text.size() < 2 || text.front() != '"' || text.back() != '"')
    OptionReader::refuse(word, "expected a text in double quotes");
  std::string result;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    char const c = text[i], next = text[i + 1];
    bool const escape = c == '\\' && i + 2 < text.size() &&
                        (next == '"' || next == ';' || next == '\\' || next == ':');
    result += escape ? text[++i] : c;
  }
  return result;
}

Word without_quotes(Word const& word) {
  auto const& text = word.text;
  bool const quotes = text.size() >= 2 && text.front() == '"' && text.back() == '"';
  return quotes ? trimmed({text.substr(1, text.size() - 2), word.offset + 1}) : word;
}

std::vector<Word> OptionReader::parts(char separator) const {
  std::vector<Word> parts;
  auto const whole = value();
  for (std::size_t begin = 0; begin <= whole.text.size();) {
    auto const end = std::min(whole.text.find(separator, begin), whole.text.size());
    parts.push_back(trimmed({whole.text.substr(begin, end - begin), whole.offset + begin}));
    begin = end + 1;
  }
  return parts;
}

std::vector<Word> OptionReader::words(std::string_view separators) const {
  std::vector<Word> words;
  auto const [text, offset] = value();
  for (std::size_t begin = 0; begin < text.size();) {
    auto const end = std::min(text.find_first_of(separators, begin), text.size());
    if (end > begin) words.push_back({text.substr(begin, end - begin), offset + begin});
    begin = end + 1;
  }
  return words;
}

ContentMatch& OptionReader::content() const {
  if (!state_.content)
    refuse(option_.keyword, std::string(keyword()) + " needs a content before it");
  return std::get<ContentMatch>(state_.rule.buffers[*state_.content].match);
}

ContentMatch* OptionReader::last_content() {
  auto const* const last = last_match();
  if (last == nullptr) return nullptr;
  auto const index = static_cast<std::size_t>(last - state_.rule.buffers.data());
  return std::get_if<ContentMatch>(&state_.rule.buffers[index].match);
}

/// The last content or expression; null if a buffer is selected, or if there is none.
BufferMatch const* OptionReader::match_before() const {
  return state_.buffer == Buffer::kPayload ? last_match() : nullptr;
}

BufferMatch const* OptionReader::last_match() const {
  auto const& matches = state_.rule.buffers;
  auto const last = std::find_if(matches.rbegin(), matches.rend(), [](BufferMatch const& match) {
    return std::holds_alternative<ContentMatch>(match.match) ||
           std::holds_alternative<PcreMatch>(match.match);
  });
  return last == matches.rend() ? nullptr : &*last;
}

std::optional<std::uint8_t> OptionReader::variable(std::string_view name) const {
  auto const& names = state_.rule.variables;
  auto const entry = std::find(names.begin(), names.end(), name);
  if (entry == names.end()) return std::nullopt;
  return static_cast<std::uint8_t>(entry - names.begin());
}

std::uint8_t OptionReader::new_variable(Word const& name) {
  auto& names = state_.rule.variables;
  bool const is_name = !name.text.empty() &&
                       !(name.text.front() >= '0' && name.text.front() <= '9') &&
                       name.text.find_first_of(" \t+-*/<>=!") == std::string_view::npos;
  if (!is_name) refuse(name, "expected a name for the result");
  if (variable(name.text)) refuse(name, "the variable " + quoted(name.text) + " is set twice");
  if (names.size() == kMaxVariables)
    refuse(name, "too many variables; expected at most " + std::to_string(kMaxVariables));
  names.emplace_back(name.text);
  return static_cast<std::uint8_t>(names.size() - 1);
}

Operand OptionReader::operand(Word const& word, std::int64_t min, std::int64_t max) const {
  if (auto const index = variable(word.text)) return {0, index};
  bool const digits =
      !word.text.empty() &&
      word.text.find_first_not_of("0123456789-xXabcdefABCDEF") == std::string_view::npos;
  if (!digits) {
    auto const guess = did_you_mean(word.text, state_.rule.variables);
    refuse(word,
           "expected a number, or a variable that byte_extract or byte_math set before" + guess);
  }
  return {number<std::int64_t>(word, min, max)};
}

void OptionReader::select(Buffer buffer) {
  if (state_.unused_buffer)
    refuse(*state_.unused_buffer, "no keyword looks at the buffer of " +
                                      std::string(state_.unused_buffer->text) +
                                      "; expected one after it");
  state_.buffer = buffer;
  state_.transforms.reset();
  state_.group = has_instances(buffer) ? new_group() : 0;
  state_.content.reset();
}

std::uint8_t OptionReader::new_group() {
  constexpr std::uint8_t kMaxGroups = 255;
  if (state_.groups == kMaxGroups)
    refuse(option_.keyword, "too many buffers; expected at most " + std::to_string(kMaxGroups));
  return ++state_.groups;
}

void OptionReader::use_application(AppProtocol protocol, bool from_client, bool from_server) {
  state_.app_uses.push_back({option_.keyword, protocol, from_client, from_server});
  if (protocol == AppProtocol::kUnknown) return;
  auto& of_rule = state_.rule.app_protocol;
  if (of_rule && *of_rule != protocol)
    refuse(option_.keyword, std::string(keyword()) + " is of " + std::string(name_of(protocol)) +
                                ", but the rule is of " + std::string(name_of(*of_rule)));
  of_rule = protocol;
}

void OptionReader::use_application(Buffer buffer) {
  if (auto const* const keyword = find_app_buffer(buffer))
    use_application(keyword->protocol, keyword->from_client, keyword->from_server);
}

void OptionReader::use_modifier(Buffer buffer) {
  if (auto const* const keyword = find_app_buffer(buffer))
    use_application(AppProtocol::kHttp, keyword->from_client, keyword->from_server);
}

}  // namespace warpline::ids
