// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "elements/ids/pattern.hpp"

/// Searches that share no idea and no code with the matchers under test.
namespace warpline::ids::testing {

inline char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

inline bool occurs_at(Pattern const& pattern, std::string_view text, std::size_t position) {
  if (text.size() - position < pattern.bytes.size()) return false;
  auto const same = [&](char a, char b) {
    return a == b || (pattern.nocase && lower(a) == lower(b));
  };
  return std::equal(pattern.bytes.begin(), pattern.bytes.end(), text.data() + position, same);
}

/// Tries every pattern at every position.
inline std::vector<PatternId> naive_search(std::vector<Pattern> const& patterns,
                                           std::string_view text) {
  std::vector<PatternId> result;
  for (std::size_t id = 0; id < patterns.size(); ++id) {
    bool occurs = false;
    for (std::size_t position = 0; position < text.size() && !occurs; ++position)
      occurs = occurs_at(patterns[id], text, position);
    if (occurs) result.push_back(static_cast<PatternId>(id));
  }
  return result;
}

/// Tries, at every position, the patterns that begin with its first two bytes: for thousands of
/// them.
class BucketSearch {
 public:
  explicit BucketSearch(std::vector<Pattern> const& patterns)
      : patterns_(patterns), buckets_(65536), seen_(patterns.size()) {
    for (std::size_t id = 0; id < patterns.size(); ++id) {
      auto const& bytes = patterns[id].bytes;
      if (bytes.size() == 1) {
        for (unsigned second = 0; second < 256; ++second)
          buckets_[key(bytes[0], static_cast<char>(second))].push_back(id);
        buckets_at_end_[static_cast<unsigned char>(lower(bytes[0]))].push_back(id);
      } else {
        buckets_[key(bytes[0], bytes[1])].push_back(id);
      }
    }
    for (auto& bucket : buckets_) {
      std::sort(bucket.begin(), bucket.end());
      bucket.erase(std::unique(bucket.begin(), bucket.end()), bucket.end());
    }
  }

  std::vector<PatternId> operator()(std::string_view text) {
    std::vector<PatternId> result;
    ++round_;
    for (std::size_t position = 0; position < text.size(); ++position) {
      auto const& bucket = position + 1 < text.size()
                               ? buckets_[key(text[position], text[position + 1])]
                               : buckets_at_end_[static_cast<unsigned char>(lower(text[position]))];
      for (auto const id : bucket) {
        if (seen_[id] == round_ || !occurs_at(patterns_[id], text, position)) continue;
        seen_[id] = round_;
        result.push_back(static_cast<PatternId>(id));
      }
    }
    std::sort(result.begin(), result.end());
    return result;
  }

 private:
  static std::size_t key(char a, char b) {
    return static_cast<std::size_t>(static_cast<unsigned char>(lower(a))) << 8 |
           static_cast<unsigned char>(lower(b));
  }

  std::vector<Pattern> const& patterns_;
  std::vector<std::vector<std::size_t>> buckets_;
  std::array<std::vector<std::size_t>, 256> buckets_at_end_;
  std::vector<std::uint32_t> seen_;
  std::uint32_t round_ = 0;
};

}  // namespace warpline::ids::testing
