// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <random>

#include "core/net/layers.hpp"
#include "elements/ids/aho_corasick.hpp"
#include "elements/ids/hyperscan.hpp"
#include "elements/ids/interleaved_scan.hpp"
#include "elements/ids/pattern_file.hpp"
#include "tests/elements/ids/captures.hpp"
#include "tests/elements/ids/naive.hpp"

namespace warpline::ids {
namespace {

using testing::BucketSearch;
using testing::naive_search;

Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<std::uint8_t const*>(text.data()),
          static_cast<std::uint32_t>(text.size())};
}

Pattern pattern(std::string bytes, bool nocase = false) {
  return {std::move(bytes), nocase, 1, {}, {}};
}

Matches matches_of(std::vector<PatternId> const& ids) {
  Matches matches;
  for (auto const id : ids) matches.add(id);
  return matches;
}

/// Both matchers over one set of patterns.
struct Matchers {
  explicit Matchers(std::vector<Pattern> patterns)
      : set{nullptr, std::move(patterns)},
        automaton(set.patterns),
        scanner(std::make_shared<HyperscanDatabase const>(set)) {}

  /// That each finds `expected`, as a result and, for Hyperscan, as a complete list.
  void expect(std::string_view text, std::vector<PatternId> const& expected) {
    EXPECT_EQ(automaton.view().scan(bytes_of(text)), matches_of(expected));
    Matches by_scanner;
    scanner.scan(bytes_of(text), by_scanner);
    EXPECT_EQ(by_scanner, matches_of(expected));
    std::vector<PatternId> all{99};
    scanner.scan_all(bytes_of(text), all);
    EXPECT_EQ(all, expected);
  }
  void expect_naive(std::string_view text) { expect(text, naive_search(set.patterns, text)); }

  PatternSet set;
  AhoCorasick automaton;
  HyperscanScanner scanner;
};

TEST(Matchers, FindNestedAndOverlappingPatterns) {
  Matchers matchers({pattern("he"), pattern("she"), pattern("his"), pattern("hers")});
  matchers.expect("ushers", {0, 1, 3});
  matchers.expect("hishe", {0, 1, 2});
  matchers.expect("", {});
  matchers.expect("h", {});
}

TEST(Matchers, ReportTwoPatternsOfTheSameBytes) {
  Matchers matchers({pattern("same"), pattern("SAME", true), pattern("same")});
  matchers.expect("the same", {0, 1, 2});
  matchers.expect("the Same", {1});
}

TEST(Matchers, ConfirmTheCaseOfExactPatterns) {
  Matchers matchers(
      {pattern("GET"), pattern("get"), pattern("GeT", true), pattern("ET|"), pattern("[")});
  matchers.expect("xGETx", {0, 2});
  matchers.expect("get get", {1, 2});
  matchers.expect("gEt", {2});
  matchers.expect("GET|", {0, 2, 3});
  matchers.expect("{", {});
}

TEST(Matchers, FindBytesOfAnyValue) {
  using namespace std::string_literals;
  Matchers matchers({pattern("\0\0"s), pattern("\0"s), pattern("\xff\xfe"), pattern("a\0b"s, true),
                     pattern("\n"), pattern("\xc0"), pattern("\xe0", true)});
  matchers.expect("\0"s, {1});
  matchers.expect("\0\0"s, {0, 1});
  matchers.expect("A\0B\n"s, {1, 3, 4});
  matchers.expect("\xff\xfe\xff"s, {2});
  matchers.expect("\xc0"s, {5});
}

TEST(Matchers, FindOneBytePatternsAtEitherEnd) {
  Matchers matchers({pattern("a", true), pattern("b"), pattern("ab")});
  matchers.expect("A", {0});
  matchers.expect("xxb", {1});
  matchers.expect("ab", {0, 1, 2});
}

TEST(Matchers, SayOverflowWhenMorePatternsOccurThanFit) {
  std::vector<Pattern> patterns;
  std::string text;
  for (unsigned i = 0; i < Matches::kCapacity + 1; ++i) {
    text += static_cast<char>('a' + i);
    patterns.push_back(pattern(text));
  }
  Matchers matchers(patterns);
  matchers.expect_naive(text);
  EXPECT_TRUE(matchers.automaton.view().scan(bytes_of(text)).overflow());
  text.pop_back();
  matchers.expect_naive(text);
  EXPECT_EQ(matchers.automaton.view().scan(bytes_of(text)).count, Matches::kCapacity);
}

TEST(Matchers, AgreeWithANaiveSearchOnSmallAlphabets) {
  for (std::uint32_t seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    auto const pick = [&](unsigned below) { return static_cast<unsigned>(random() % below); };
    std::string const letters("aAbB\0\xff", 6);
    auto const alphabet = 2 + pick(5);
    auto const word = [&](unsigned longest) {
      std::string text(1 + pick(longest), ' ');
      for (auto& c : text) c = letters[pick(alphabet)];
      return text;
    };
    std::vector<Pattern> patterns;
    for (auto count = 1 + pick(24); count > 0; --count)
      patterns.push_back(pattern(word(pick(4) == 0 ? 24 : 5), pick(2) == 0));
    Matchers matchers(patterns);
    for (int i = 0; i < 20; ++i) matchers.expect_naive(word(i < 10 ? 12 : 120));
  }
}

TEST(Matchers, AgreeWithANaiveSearchOnPlantedPatterns) {
  std::mt19937 random(7);
  std::vector<Pattern> patterns;
  for (int i = 0; i < 300; ++i) {
    std::string bytes(1 + random() % 40, ' ');
    for (auto& c : bytes) c = static_cast<char>(random());
    if (bytes.size() < 3) bytes += "xyz";
    patterns.push_back(pattern(bytes, random() % 2 == 0));
  }
  Matchers matchers(patterns);
  for (int i = 0; i < 300; ++i) {
    std::string text(random() % 300, ' ');
    for (auto& c : text) c = static_cast<char>(random());
    for (auto planted = random() % 20; planted > 0; --planted) {
      auto bytes = patterns[random() % patterns.size()].bytes;
      if (random() % 3 == 0)
        for (auto& c : bytes) c = testing::lower(c);
      text.insert(random() % (text.size() + 1), bytes);
    }
    matchers.expect_naive(text);
  }
}

TEST(AhoCorasick, UsesWideRowsBeyond32768States) {
  std::mt19937 random(11);
  std::vector<Pattern> patterns;
  for (int i = 0; i < 1400; ++i) {
    std::string bytes(32, ' ');
    for (auto& c : bytes) c = static_cast<char>(random());
    patterns.push_back(pattern(bytes));
  }
  AhoCorasick const wide(patterns);
  EXPECT_GT(wide.states(), 32768u);
  EXPECT_TRUE(wide.wide());
  for (std::size_t id = 0; id < patterns.size(); id += 7)
    EXPECT_EQ(wide.view().scan(bytes_of("ab" + patterns[id].bytes + "c")),
              matches_of({static_cast<PatternId>(id)}));
  patterns.resize(900);
  AhoCorasick const narrow(patterns);
  EXPECT_FALSE(narrow.wide());
  EXPECT_EQ(narrow.view().scan(bytes_of(patterns[899].bytes)), matches_of({899}));
}

TEST(AhoCorasick, RefusesMoreStatesThanItsLimit) {
  std::mt19937 random(13);
  std::vector<Pattern> patterns;
  for (int i = 0; i < 1100; ++i) {
    std::string bytes(kMaxPatternBytes, ' ');
    for (auto& c : bytes) c = static_cast<char>(random());
    patterns.push_back(pattern(bytes));
  }
  EXPECT_THROW(AhoCorasick{patterns}, ConfigError);
}

TEST(Hyperscan, NamesThePlaceOfWhatItRefuses) {
  EXPECT_THROW(HyperscanDatabase(PatternSet{}), ConfigError);
}

TEST(MatchersOnCaptures, AgreeOnEveryPacketAndPattern) {
  auto const captures = testing::files_in("traffic", ".pcap");
  auto const rules = testing::files_in("rules/et-open-2020", ".rules");
  if (captures.empty() || rules.empty())
    GTEST_SKIP() << "no captures or rules under " << testing::shared_folder();
  auto const text = testing::pattern_file_of(rules);
  auto const set = parse_patterns(std::make_shared<Source>(Source{"contents", text}));
  ASSERT_GT(set.patterns.size(), 10000u);

  AhoCorasick const automaton(set.patterns);
  HyperscanScanner scanner(std::make_shared<HyperscanDatabase const>(set));
  BucketSearch search(set.patterns);
  std::size_t packets = 0, pairs = 0, overflows = 0;
  std::vector<PatternId> all;
  InterleavedScan interleaved(automaton.view());
  for (auto const& path : captures) {
    auto const frames = testing::read_frames(path);
    std::vector<Bytes> payloads;
    for (auto const& frame : frames) payloads.push_back(walk_layers(bytes_of(frame)).payload);
    std::vector<Matches> by_interleaved(payloads.size());
    interleaved.scan(payloads, by_interleaved.data());
    for (auto const& frame : frames) {
      auto const payload = walk_layers(bytes_of(frame)).payload;
      auto const expected = search({reinterpret_cast<char const*>(payload.data), payload.size});
      scanner.scan_all(payload, all);
      ASSERT_EQ(all, expected) << path << ", packet " << packets;
      Matches by_scanner;
      scanner.scan(payload, by_scanner);
      ASSERT_EQ(by_scanner, matches_of(expected)) << path << ", packet " << packets;
      ASSERT_EQ(automaton.view().scan(payload), matches_of(expected))
          << path << ", packet " << packets;
      auto const index = static_cast<std::size_t>(&frame - frames.data());
      ASSERT_EQ(by_interleaved[index], by_scanner) << path << ", packet " << packets;
      ++packets;
      pairs += expected.size();
      overflows += by_scanner.overflow();
    }
  }
  RecordProperty("packets", static_cast<int>(packets));
  RecordProperty("pairs", static_cast<int>(pairs));
  RecordProperty("overflows", static_cast<int>(overflows));
  EXPECT_GT(packets, 10000 / testing::kFrameStride);
  EXPECT_GT(pairs, packets);
}

}  // namespace
}  // namespace warpline::ids
