// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/aho_corasick.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace warpline::ids {
namespace {

constexpr std::size_t kRow = 256;

struct Word {
  std::string folded;
  PatternId id;
  friend bool operator<(Word const& a, Word const& b) {
    return std::tie(a.folded, a.id) < std::tie(b.folded, b.id);
  }
};

/// The folded patterns in order of their bytes. Patterns with a common prefix are neighbours, so a
/// state of the trie is a range of words and a depth, and no tree is built.
std::vector<Word> sorted_words(std::span<Pattern const> patterns) {
  std::vector<Word> words;
  words.reserve(patterns.size());
  for (auto const& pattern : patterns) {
    Word word{pattern.bytes, static_cast<PatternId>(words.size())};
    for (auto& c : word.folded) c = static_cast<char>(fold(static_cast<unsigned char>(c)));
    words.push_back(std::move(word));
  }
  std::sort(words.begin(), words.end());
  return words;
}

std::size_t count_states(std::vector<Word> const& words) {
  std::size_t states = 1;
  std::string_view previous;
  for (auto const& [word, id] : words) {
    auto const shared = std::mismatch(word.begin(), word.end(), previous.begin(), previous.end());
    states += static_cast<std::size_t>(word.end() - shared.first);
    previous = word;
  }
  return states;
}

constexpr std::size_t kMaxNarrow = 0x8000;  // states

struct State {
  std::uint32_t begin, end;  // words
  std::uint32_t depth;
  std::uint32_t fail;
};

struct Tables {
  std::vector<std::uint32_t>& output_begin;
  std::vector<std::uint32_t>& suffix;
  std::vector<PatternId>& outputs;
  std::vector<std::uint32_t>& first_at_depth;
};

/// Breadth first: when a state is reached, the row of its longest suffix is complete. Its own row
/// is a copy of that one with its children.
template <class Entry>
std::vector<Entry> build_rows(std::vector<Word> const& words, std::size_t count, Tables tables) {
  constexpr auto kAccept = static_cast<std::uint32_t>(Entry{1} << (sizeof(Entry) * 8 - 1));
  std::vector<Entry> rows(count * kRow);
  std::vector<State> states;
  std::vector<bool> accepts(count);
  states.reserve(count);
  states.push_back({0, static_cast<std::uint32_t>(words.size()), 0, 0});
  for (std::size_t number = 0; number < states.size(); ++number) {
    auto const state = states[number];
    if (state.depth == tables.first_at_depth.size())
      tables.first_at_depth.push_back(static_cast<std::uint32_t>(number));
    Entry* const row = rows.data() + number * kRow;
    if (number > 0) std::memcpy(row, rows.data() + state.fail * kRow, kRow * sizeof(Entry));

    tables.output_begin.push_back(static_cast<std::uint32_t>(tables.outputs.size()));
    auto next = state.begin;
    for (; next < state.end && words[next].folded.size() == state.depth; ++next)
      tables.outputs.push_back(words[next].id);
    // The fail state is less deep: its own outputs are already listed.
    bool const fail_has_outputs =
        state.fail != 0 && tables.output_begin[state.fail] != tables.output_begin[state.fail + 1];
    tables.suffix.push_back(fail_has_outputs        ? state.fail
                            : tables.suffix.empty() ? 0
                                                    : tables.suffix[state.fail]);

    while (next < state.end) {
      auto const c = static_cast<unsigned char>(words[next].folded[state.depth]);
      auto last = next;
      while (last < state.end && static_cast<unsigned char>(words[last].folded[state.depth]) == c)
        ++last;
      auto const fail = number == 0 ? 0 : static_cast<std::uint32_t>(row[c] & ~kAccept);
      auto const child = states.size();
      accepts[child] = words[next].folded.size() == state.depth + 1 || accepts[fail];
      states.push_back({next, last, state.depth + 1, fail});
      auto const entry = static_cast<Entry>(child | (accepts[child] ? kAccept : 0));
      row[c] = entry;
      if (c >= 'a' && c <= 'z') row[c - 'a' + 'A'] = entry;
      next = last;
    }
  }
  tables.output_begin.push_back(static_cast<std::uint32_t>(tables.outputs.size()));
  tables.first_at_depth.push_back(static_cast<std::uint32_t>(count));
  return rows;
}

}  // namespace

std::size_t AhoCorasick::row_bytes(std::span<Pattern const> patterns) {
  auto const count = count_states(sorted_words(patterns));
  return count * kRow * (count <= kMaxNarrow ? sizeof(std::uint16_t) : sizeof(std::uint32_t));
}

AhoCorasick::AhoCorasick(std::span<Pattern const> patterns, std::size_t max_states) {
  auto const words = sorted_words(patterns);
  auto const count = count_states(words);
  if (count > max_states)
    throw ConfigError("the patterns need " + std::to_string(count) +
                      " automaton states; expected at most " + std::to_string(max_states));
  output_begin_.reserve(count + 1);
  suffix_.reserve(count);
  outputs_.reserve(words.size());
  Tables const tables{output_begin_, suffix_, outputs_, first_at_depth_};
  if (count <= kMaxNarrow) {
    narrow_ = build_rows<std::uint16_t>(words, count, tables);
  } else {
    wide_ = build_rows<std::uint32_t>(words, count, tables);
  }
  store_literals(patterns);
}

void AhoCorasick::store_literals(std::span<Pattern const> patterns) {
  literals_.reserve(patterns.size());
  for (auto const& pattern : patterns) {
    auto const is_letter = [](unsigned char c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; };
    bool const exact =
        !pattern.nocase && std::any_of(pattern.bytes.begin(), pattern.bytes.end(), is_letter);
    literals_.push_back({static_cast<std::uint32_t>(bytes_.size()),
                         static_cast<std::uint16_t>(pattern.bytes.size()), exact});
    bytes_.insert(bytes_.end(), pattern.bytes.begin(), pattern.bytes.end());
  }
}

Automaton AhoCorasick::view() const {
  return {narrow_.empty() ? nullptr : narrow_.data(),
          wide_.empty() ? nullptr : wide_.data(),
          output_begin_.data(),
          suffix_.data(),
          outputs_.data(),
          literals_.data(),
          bytes_.data(),
          first_at_depth_.data(),
          static_cast<std::uint32_t>(states())};
}

Automaton AhoCorasick::on(Device& device) const {
  auto const& copies = copies_.on(device, [&] {
    auto const copy = [&](auto const& table) { return device.upload(table.data(), table.size()); };
    return Copies{copy(narrow_),  copy(wide_),     copy(output_begin_), copy(suffix_),
                  copy(outputs_), copy(literals_), copy(bytes_),        copy(first_at_depth_)};
  });
  return {copies.narrow.get(), copies.wide.get(),           copies.output_begin.get(),
          copies.suffix.get(), copies.outputs.get(),        copies.literals.get(),
          copies.bytes.get(),  copies.first_at_depth.get(), static_cast<std::uint32_t>(states())};
}

}  // namespace warpline::ids
