// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/prefilter/group_matcher.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>

namespace warpline::ids {
namespace {

CpuMatching matching(MatcherPolicy policy, std::vector<std::string> const& words) {
  PatternSet set;
  for (auto const& word : words) set.patterns.push_back({word, false, 1, {}, {}});
  CpuMatching result{policy, std::make_shared<HyperscanDatabase const>(set), nullptr};
  if (policy != MatcherPolicy::kHyperscan)
    result.automaton = std::make_shared<AhoCorasick const>(set.patterns);
  return result;
}

/// Searches of all policies, mixed in batches of all sizes, and payloads that are not searched.
TEST(GroupMatcher, SearchesEachPayloadForItsOwnPatterns) {
  std::vector<std::vector<std::string>> const words{{"ab", "c"}, {"c"}, {"a", "b"}, {"bc"}, {"b"}};
  constexpr MatcherPolicy kPolicies[] = {MatcherPolicy::kHyperscan, MatcherPolicy::kAutomaton,
                                         MatcherPolicy::kByTraffic, MatcherPolicy::kAutomaton,
                                         MatcherPolicy::kHyperscan};
  std::vector<CpuMatching> searches;
  for (std::size_t i = 0; i < words.size(); ++i)
    searches.push_back(matching(kPolicies[i], words[i]));
  GroupMatcher matcher(searches);
  std::mt19937 random(1);
  for (std::size_t count = 0; count <= GroupMatcher::kMaxPayloads; count += 1 + count / 3) {
    std::vector<std::string> texts(count);
    std::vector<Bytes> payloads;
    std::vector<std::uint16_t> numbers;
    for (auto& text : texts) {
      text.resize(random() % 9);
      for (auto& c : text) c = "abcd"[random() % 4];
      payloads.push_back({reinterpret_cast<std::uint8_t const*>(text.data()),
                          static_cast<std::uint32_t>(text.size())});
      numbers.push_back(static_cast<std::uint16_t>(random() % (words.size() + 1)));
    }
    std::vector<Matches> results(count);
    matcher.scan(payloads, numbers.data(), results.data());
    for (std::size_t i = 0; i < count; ++i) {
      Matches expected;
      std::vector<PatternId> ids, all;
      for (PatternId id = 0; numbers[i] != 0 && id < words[numbers[i] - 1u].size(); ++id) {
        if (texts[i].find(words[numbers[i] - 1u][id]) == std::string::npos) continue;
        expected.add(id);
        ids.push_back(id);
      }
      ASSERT_EQ(results[i], expected) << texts[i] << ", search " << numbers[i];
      matcher.scan_all(numbers[i], payloads[i], all);
      ASSERT_EQ(all, ids);
    }
  }
}

}  // namespace
}  // namespace warpline::ids
