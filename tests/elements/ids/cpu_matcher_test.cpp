// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/cpu_matcher.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "core/base/text_corpus.hpp"
#include "elements/ids/calibration.hpp"
#include "elements/ids/synthetic_patterns.hpp"
#include "elements/ids/tables.hpp"
#include "tests/elements/ids/naive.hpp"

namespace warpline::ids {
namespace {

Pattern pattern(std::string bytes, bool nocase = false) {
  return {std::move(bytes), nocase, 1, {}, {}};
}

/// Texts of all lengths, some empty, as many as asked for, with patterns planted in them.
std::vector<std::string> texts_for(std::vector<Pattern> const& patterns, std::mt19937& random,
                                   unsigned count) {
  std::vector<std::string> texts(count);
  for (auto& text : texts) {
    if (random() % 8 == 0) continue;
    text.resize(random() % 200);
    for (auto& c : text) c = static_cast<char>(random());
    for (auto planted = random() % 24; planted > 0; --planted)
      text.insert(random() % (text.size() + 1), patterns[random() % patterns.size()].bytes);
  }
  return texts;
}

std::vector<Bytes> bytes_of(std::vector<std::string> const& texts) {
  std::vector<Bytes> all;
  for (auto const& text : texts)
    all.push_back({reinterpret_cast<std::uint8_t const*>(text.data()),
                   static_cast<std::uint32_t>(text.size())});
  return all;
}

/// By a search that has nothing in common with ours.
std::vector<Matches> expected_of(std::vector<std::string> const& texts,
                                 testing::BucketSearch& search) {
  std::vector<Matches> all;
  for (auto const& text : texts) {
    Matches matches;
    for (auto const id : search(text)) matches.add(id);
    all.push_back(matches);
  }
  return all;
}

std::vector<Pattern> random_patterns(unsigned count, unsigned min_size, std::mt19937& random) {
  std::vector<Pattern> patterns;
  for (unsigned i = 0; i < count; ++i) {
    std::string bytes(min_size + random() % 12, ' ');
    for (auto& c : bytes) c = static_cast<char>(random());
    patterns.push_back(pattern(bytes, random() % 2 == 0));
  }
  return patterns;
}

class InterleavedScanTest : public ::testing::TestWithParam<bool> {};

TEST_P(InterleavedScanTest, FindsWhatANaiveSearchFindsInBatchesOfAnySize) {
  std::mt19937 random(17);
  bool const wide = GetParam();
  auto const patterns = random_patterns(wide ? 1500 : 300, wide ? 28 : 2, random);
  AhoCorasick const automaton(patterns);
  ASSERT_EQ(automaton.wide(), wide);
  testing::BucketSearch search(patterns);
  InterleavedScan scan(automaton.view());
  unsigned overflows = 0;
  for (unsigned count = 0; count <= 70; ++count) {
    auto const texts = texts_for(patterns, random, count);
    std::vector<Matches> result(count);
    scan.scan(bytes_of(texts), result.data());
    ASSERT_EQ(result, expected_of(texts, search)) << count << " texts";
    for (auto const& matches : result) overflows += matches.overflow();
  }
  EXPECT_GT(overflows, 0u);
}

INSTANTIATE_TEST_SUITE_P(Rows, InterleavedScanTest, ::testing::Bool(),
                         [](auto const& test_case) { return test_case.param ? "Wide" : "Narrow"; });

TEST(InterleavedScan, AddsToResultsAndLeavesTheirFlags) {
  std::vector<Pattern> const patterns = {pattern("a"), pattern("b")};
  AhoCorasick const automaton(patterns);
  InterleavedScan scan(automaton.view());
  std::vector<std::string> const texts(20, "xb");
  std::vector<Matches> result(20);
  for (auto& matches : result) {
    matches.flags = Matches::kMalformed;
    matches.add(0);
  }
  scan.scan(bytes_of(texts), result.data());
  for (auto const& matches : result) {
    EXPECT_EQ(matches.count, 2);
    EXPECT_EQ(matches.flags, Matches::kMalformed);
  }
}

TEST(CpuMatcher, FindsTheSameWithEveryPolicyAndWhileItTriesBoth) {
  std::mt19937 random(19);
  PatternSet const set{nullptr, random_patterns(200, 2, random)};
  CpuMatching matching{MatcherPolicy::kHyperscan, std::make_shared<HyperscanDatabase const>(set),
                       std::make_shared<AhoCorasick const>(set.patterns)};
  testing::BucketSearch search(set.patterns);
  auto const texts = texts_for(set.patterns, random, 256);
  auto const payloads = bytes_of(texts);
  auto const expected = expected_of(texts, search);
  std::size_t bytes = 0;
  for (auto const& text : texts) bytes += text.size();
  auto const enough = 3 * MatcherChoice::kTrial / bytes + 12;
  for (auto const policy :
       {MatcherPolicy::kHyperscan, MatcherPolicy::kAutomaton, MatcherPolicy::kByTraffic}) {
    matching.policy = policy;
    CpuMatcher matcher(matching);
    for (std::size_t round = 0; round < enough; ++round) {
      std::vector<Matches> result(payloads.size());
      matcher.scan(payloads, result.data());
      ASSERT_EQ(result, expected) << "policy " << static_cast<int>(policy) << ", round " << round;
    }
    for (std::size_t count : {0u, 1u, 7u, 8u, 9u}) {
      std::vector<Matches> result(count);
      matcher.scan(std::span(payloads).first(count), result.data());
      EXPECT_TRUE(std::equal(result.begin(), result.end(), expected.begin())) << count;
    }
  }
}

TEST(Tables, KeepTheAutomatonForTheCpuOnlyIfItsPolicyUsesIt) {
  Tables const tables(synthetic_patterns(1, 300));
  auto const& matching = tables.cpu_matching();
  EXPECT_EQ(matching.automaton == nullptr, matching.policy == MatcherPolicy::kHyperscan);
  EXPECT_EQ(&tables.cpu_matching(), &matching) << "measured once";
  if (matching.automaton != nullptr) {
    EXPECT_EQ(&tables.automaton(), matching.automaton.get());
  }
}

TEST(Tables, UseHyperscanWhereTheAutomatonWouldBeTooLargeForTheCpu) {
  std::mt19937 random(23);
  Tables const tables({nullptr, random_patterns(300, 950, random)});
  EXPECT_THROW(AhoCorasick(tables.set().patterns, Tables::kMaxCpuStates), ConfigError);
  EXPECT_EQ(tables.cpu_matching().policy, MatcherPolicy::kHyperscan);
  EXPECT_EQ(tables.cpu_matching().automaton, nullptr);
}

}  // namespace
}  // namespace warpline::ids
