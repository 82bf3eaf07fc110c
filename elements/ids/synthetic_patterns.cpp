// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/synthetic_patterns.hpp"

#include <algorithm>
#include <string>
#include <unordered_set>
#include <utility>

#include "core/base/text_corpus.hpp"

namespace warpline::ids {
namespace {

struct Quantile {
  std::uint32_t per_mille, bytes;
};
constexpr Quantile kLengths[] = {{0, 4},    {60, 5},   {250, 9},  {500, 13},
                                 {750, 21}, {960, 45}, {995, 90}, {1000, 120}};

std::size_t any_length(TextWriter& writer) {
  auto const rank = writer.below(1000);
  auto const* upper = kLengths + 1;
  while (upper->per_mille <= rank) ++upper;
  auto const* const lower = upper - 1;
  return lower->bytes + (rank - lower->per_mille) * (upper->bytes - lower->bytes) /
                            (upper->per_mille - lower->per_mille);
}

std::string binary(TextWriter& writer, std::size_t size) {
  std::string bytes;
  while (bytes.size() < size) {
    bool const zero = writer.below(4) == 0;
    bytes += static_cast<char>(zero ? 0 : writer.below(256));
  }
  return bytes;
}

std::string cut_from(TextWriter& writer, std::string const& text, std::size_t size) {
  auto const span = text.size() > size ? text.size() - size : 0;
  return text.substr(writer.below(static_cast<std::uint32_t>(span + 1)), size);
}

/// A piece of usual text; in most pieces, bytes that no text contains replace a part.
std::string usual_text(TextWriter& writer, std::size_t size) {
  auto bytes = cut_from(writer, writer.piece(), size);
  if (writer.below(48) == 0) return bytes;
  constexpr char kRare[] = "~^`#$@!0xqjvzkQJVZ_";
  auto const span = static_cast<std::uint32_t>(bytes.size());
  for (std::uint32_t index = writer.below(span), n = 2; n > 0; --n, index = (index + 1) % span)
    bytes[index] = kRare[writer.below(sizeof kRare - 1)];
  return bytes;
}

std::string path_text(TextWriter& writer, std::size_t size) {
  std::string bytes;
  while (bytes.size() < size)
    bytes += writer.path() + (writer.below(2) == 0 ? "?" : "&") + writer.word() + "=";
  return bytes.substr(bytes.size() - size);
}

}  // namespace

PatternSet synthetic_patterns(std::uint64_t seed, std::size_t count) {
  TextWriter writer(seed);
  PatternSet set;
  std::unordered_set<std::string> names;
  while (set.patterns.size() < std::min(count, kMaxPatterns)) {
    auto const size = any_length(writer);
    auto const kind = writer.below(6);
    auto bytes = kind == 0   ? binary(writer, size)
                 : kind == 1 ? path_text(writer, size)
                             : usual_text(writer, size);
    bool const nocase = writer.below(3) != 0;
    if (bytes.size() < 4 || !names.insert(bytes).second) continue;
    auto const sid = static_cast<std::uint32_t>(set.patterns.size() + 1);
    set.patterns.push_back(
        {std::move(bytes), nocase, sid, "synthetic pattern " + std::to_string(sid), {}});
  }
  return set;
}

}  // namespace warpline::ids
