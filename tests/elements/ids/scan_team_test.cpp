// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/scan_team.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "core/device/team.hpp"
#include "elements/ids/aho_corasick.hpp"
#include "elements/ids/scan_kernel.hpp"
#include "elements/ids/synthetic_patterns.hpp"

namespace warpline::ids {
namespace {

Pattern pattern(std::string bytes, bool nocase = false) {
  return {std::move(bytes), nocase, 1, {}, {}};
}

constexpr std::size_t kHeader = ether::kSize;  // of type 0: what follows is payload

/// Texts as frames, and what teams find in them.
class TeamRun {
 public:
  /// Frames begin at addresses of every remainder.
  void add(std::string const& text) {
    auto const shift = buffers_.size() % 17;
    auto& buffer = buffers_.emplace_back(shift + kHeader + text.size());
    std::copy(text.begin(), text.end(), buffer.begin() + static_cast<long>(shift + kHeader));
    Packet packet{};
    packet.data = buffer.data() + shift;
    packet.length = static_cast<std::uint16_t>(kHeader + text.size());
    packet.tag = ScanTag::of(2, kHeader).word();
    packets_.push_back(packet);
  }

  /// The last frame with another tag.
  void add_again(ScanTag tag) {
    packets_.push_back(packets_.back());
    packets_.back().tag = tag.word();
  }

  /// Checks that teams and the body find in every frame what a scan from end to end finds.
  void compare(AhoCorasick const& automaton) {
    for (std::uint32_t const shared_bytes : {9u << 10, 48u << 10, 227u << 10}) {
      SCOPED_TRACE(shared_bytes);
      auto const view = automaton.view();
      ScanKernel<ByHeaders, OneAutomaton> const one{{view}};
      // Search 1 is another one, search 2 this one.
      Automaton const both[] = {other_.view(), view};
      auto const largest = std::max(view.states, both[0].states) * view.row_bytes();
      ScanKernel<ByTag, GroupAutomata> const groups{{both, 2, largest}};
      auto const by_headers = teams<Payload<0>>(one, shared_bytes);
      auto const by_tag = teams<Regions<Payload<0>, Tag>>(groups, shared_bytes);
      for (std::size_t i = 0; i < packets_.size(); ++i) {
        SCOPED_TRACE("text " + std::to_string(i));
        Bytes const frame(packets_[i].bytes());
        ASSERT_EQ(by_headers[i], view.scan(frame.after(kHeader)));
        ASSERT_EQ(by_headers[i], one(frame));
        ScanTag const tag(packets_[i].tag);
        bool const known = tag.search() == 1 || tag.search() == 2;
        auto const searched = known ? frame.after(tag.offset()) : Bytes{};
        ASSERT_EQ(by_tag[i], both[tag.search() == 1 ? 0 : 1].scan(searched));
        ASSERT_EQ(by_tag[i], groups(frame, tag.word()));
      }
    }
  }

 private:
  template <class Reads, class Kernel>
  std::vector<Matches> teams(Kernel const& kernel, std::uint32_t shared_bytes) {
    std::vector<Matches> results(packets_.size());
    emulate_team<Reads, Result<Matches>>(
        kernel.team(),
        WorkItem::of(packets_.data(), static_cast<std::uint32_t>(packets_.size()),
                     reinterpret_cast<std::byte*>(results.data())),
        shared_bytes);
    return results;
  }

  AhoCorasick other_{std::vector<Pattern>{pattern("e"), pattern("."), pattern("<1")}};
  std::vector<std::vector<std::uint8_t>> buffers_;
  std::vector<Packet> packets_;
};

TEST(ScanTeam, FindsAPatternAtEveryPlaceOfEveryLength) {
  AhoCorasick const automaton(std::vector<Pattern>{pattern("needle"), pattern("eed"),
                                                   pattern(std::string(100, 'n')), pattern("n")});
  TeamRun run;
  for (std::size_t size = 0; size < 600; size += 1 + size / 40)
    for (std::size_t position = 0; position + 6 <= size; position += 1 + size / 60) {
      std::string text(size, '.');
      text.replace(position, 6, "needle");
      run.add(text);
    }
  for (std::size_t position = 0; position <= 1300; position += 7) {
    std::string text(1400, '.');
    text.replace(position, 100, std::string(100, 'n'));
    run.add(text);
  }
  run.compare(automaton);
}

TEST(ScanTeam, AgreesWithTheScanOnNestedPatterns) {
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    auto const word = [&](std::size_t longest) {
      std::string text(1 + random() % longest, ' ');
      for (auto& c : text) c = "abAB\xff"[random() % (2 + seed % 4)];
      return text;
    };
    std::vector<Pattern> patterns;
    for (auto count = 1 + random() % 30; count > 0; --count)
      patterns.push_back(pattern(word(random() % 4 == 0 ? 90 : 6), random() % 2 == 0));
    TeamRun run;
    for (int i = 0; i < 60; ++i) run.add(word(i % 2 == 0 ? 80 : 2040));
    run.compare(AhoCorasick(patterns));
  }
}

TEST(ScanTeam, KeepsMoreMatchesThanALaneHolds) {
  std::vector<Pattern> patterns;
  for (char c = 'a'; c < 'a' + 18; ++c) patterns.push_back(pattern(std::string(2, c)));
  AhoCorasick const automaton(patterns);
  TeamRun run;
  for (int first = 0; first < 18; ++first)
    for (int last = first; last < 18; ++last) {
      std::string close, apart;
      for (int i = first; i <= last; ++i) {
        close += std::string(2, static_cast<char>('a' + i));
        apart += std::string(2, static_cast<char>('a' + i)) + std::string(100, '.');
      }
      run.add(close);
      run.add(std::string(700, '.') + close + std::string(700, '.'));
      run.add(apart);
    }
  run.compare(automaton);
}

std::vector<Pattern> numbered(unsigned count) {
  std::vector<Pattern> patterns;
  for (unsigned i = 0; i < count; ++i) patterns.push_back(pattern('<' + std::to_string(i) + '>'));
  return patterns;
}

std::string text_with(std::vector<Pattern> const& patterns, std::size_t count, std::size_t apart) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += patterns[i].bytes + std::string(apart, '.');
  return text;
}

TEST(ScanTeam, OverflowsFromSixteenPatternsOn) {
  auto const patterns = numbered(200);
  AhoCorasick const automaton(patterns);
  TeamRun run;
  for (unsigned const count : {1u, 7u, 8u, 15u, 16u, 200u})
    for (unsigned const apart : {0u, 1u, 3u}) {
      auto const text = text_with(patterns, count, apart);
      auto const overflow = automaton.view()
                                .scan(Bytes(reinterpret_cast<std::uint8_t const*>(text.data()),
                                            static_cast<std::uint32_t>(text.size())))
                                .overflow();
      EXPECT_EQ(overflow, count > 15);
      run.add(text);
      run.add(std::string(500, '.') + text);
    }
  run.compare(automaton);
}

TEST(ScanTeam, SearchesWhatTheTagNames) {
  auto const patterns = numbered(40);
  AhoCorasick const automaton(patterns);
  TeamRun run;
  for (unsigned const count : {1u, 15u, 16u, 40u}) {
    auto const text = text_with(patterns, count, 2);
    run.add(text);
    auto const size = static_cast<std::uint32_t>(kHeader + text.size());
    for (std::uint32_t const offset : {0u, 1u, 15u, 40u, size - 1, size, size + 1, 65535u})
      for (std::uint32_t const group : {0u, 1u, 2u, 3u, 65535u})
        run.add_again(ScanTag::of(group, offset));
    run.add_again(ScanTag(0));
  }
  run.compare(automaton);
}

TEST(ScanTeam, FindsNothingWithoutAnAutomaton) {
  std::uint8_t byte = 'a';
  Packet packet{};
  packet.data = &byte;
  packet.length = 1;
  Matches result;
  result.count = 3;
  emulate_team<Regions<Payload<0>, Tag>, Result<Matches>>(
      ScanKernel<ByTag, GroupAutomata>{}.team(),
      WorkItem::of(&packet, 1, reinterpret_cast<std::byte*>(&result)), 48 << 10);
  EXPECT_EQ(result, Matches{});
}

TEST(ScanTeam, AgreesWithTheScanOverWideRows) {
  auto const set = synthetic_patterns(3, 3000);
  AhoCorasick const automaton(set.patterns);
  ASSERT_TRUE(automaton.wide());
  std::mt19937 random(5);
  TeamRun run;
  for (int i = 0; i < 400; ++i) {
    std::string text(random() % 1400, ' ');
    for (auto& c : text) c = static_cast<char>(random());
    for (auto planted = random() % 12; planted > 0; --planted)
      text.insert(random() % (text.size() + 1), set.patterns[random() % 3000].bytes);
    run.add(text.substr(0, 2000));
  }
  run.compare(automaton);
}

TEST(ScanTeam, TakesNoMoreRowsThanThereAre) {
  AhoCorasick const automaton(std::vector<Pattern>{pattern("ab")});
  ScanTeam<ByTag, OneAutomaton> const team{{automaton.view()}};
  EXPECT_EQ(team.table_bytes(511), 0u);
  EXPECT_EQ(team.table_bytes(1200), 1024u);
  EXPECT_EQ(team.table_bytes(100'000), automaton.states() * 512);
}

}  // namespace
}  // namespace warpline::ids
