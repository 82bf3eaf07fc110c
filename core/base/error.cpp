// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.hpp"

#include <algorithm>
#include <cctype>
#include <sstream>

namespace warpline {
namespace {

/// Insertions, deletions, substitutions and swaps of neighbours, case ignored.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  auto const same = [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) ==
           std::tolower(static_cast<unsigned char>(y));
  };
  std::vector<std::vector<std::size_t>> rows(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) rows[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i)
    for (std::size_t j = 1; j <= b.size(); ++j) {
      rows[i][j] = std::min({rows[i - 1][j] + 1, rows[i][j - 1] + 1,
                             rows[i - 1][j - 1] + (same(a[i - 1], b[j - 1]) ? 0 : 1)});
      if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
        rows[i][j] = std::min(rows[i][j], rows[i - 2][j - 2] + 1);
    }
  return rows[a.size()][b.size()];
}

bool continues_code_point(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

/// A long line is cut to the text around the column, and the column is counted from the cut.
std::pair<std::string, std::size_t> shorten(std::string_view line, std::size_t column) {
  constexpr std::size_t kMaxShown = 400, kBefore = 200;
  if (line.size() <= kMaxShown) return {std::string(line), column};
  auto begin = column > kBefore ? std::min(column - kBefore, line.size()) : 0;
  while (begin > 0 && begin < line.size() && continues_code_point(line[begin])) --begin;
  auto end = std::min(begin + kMaxShown, line.size());
  while (end < line.size() && continues_code_point(line[end])) ++end;
  std::string const before = begin > 0 ? "..." : "", after = end < line.size() ? "..." : "";
  return {before + std::string(line.substr(begin, end - begin)) + after,
          column - begin + before.size()};
}

std::string join(std::vector<Diagnostic> const& diagnostics) {
  std::string text;
  for (auto const& diagnostic : diagnostics) {
    if (!text.empty()) text += '\n';
    text += diagnostic.render();
  }
  return text;
}

}  // namespace

std::string_view Source::line(std::uint32_t line) const {
  std::string_view rest = text;
  for (; line > 1; --line) {
    auto const end = rest.find('\n');
    if (end == std::string_view::npos) return {};
    rest.remove_prefix(end + 1);
  }
  auto content = line == 0 ? std::string_view{} : rest.substr(0, rest.find('\n'));
  if (!content.empty() && content.back() == '\r') content.remove_suffix(1);
  return content;
}

std::string Diagnostic::render() const {
  std::ostringstream out;
  if (source) {
    out << source->name << ':';
    if (position.line > 0) out << position.line << ':' << position.column << ':';
    out << ' ';
  }
  out << (severity == Severity::kError ? "error: " : "warning: ") << message;
  if (source && position.line > 0) {
    auto const [line, column] = shorten(source->line(position.line), position.column);
    out << "\n  " << line << "\n  ";
    // The caret line repeats tabs, so that the caret is under its column at any tab width.
    for (std::size_t i = 0; i + 1 < column; ++i)
      out << (i < line.size() && line[i] == '\t' ? '\t' : ' ');
    out << '^';
  }
  return out.str();
}

ConfigError::ConfigError(std::vector<Diagnostic> diagnostics)
    : std::runtime_error(join(diagnostics)), diagnostics_(std::move(diagnostics)) {}

std::vector<std::string> nearest(std::string_view word,
                                 std::vector<std::string> const& candidates) {
  std::vector<std::pair<std::size_t, std::string>> ranked;
  std::size_t const limit = std::max<std::size_t>(1, word.size() / 3);
  for (auto const& candidate : candidates) {
    // The distance is at least the difference in length. Long words would need much memory.
    auto const longer = std::max(word.size(), candidate.size());
    if (longer - std::min(word.size(), candidate.size()) > limit) continue;
    auto const distance = edit_distance(word, candidate);
    if (distance <= limit) ranked.emplace_back(distance, candidate);
  }
  std::sort(ranked.begin(), ranked.end());
  std::vector<std::string> names;
  for (auto const& [distance, name] : ranked)
    if (names.size() < 3 && std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(name);
  return names;
}

std::string did_you_mean(std::string_view word, std::vector<std::string> const& candidates) {
  std::string text;
  for (auto const& name : nearest(word, candidates))
    text += (text.empty() ? "; did you mean '" : " or '") + name + "'";
  return text.empty() ? text : text + "?";
}

}  // namespace warpline
