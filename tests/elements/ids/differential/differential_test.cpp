// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdio>
#include <set>

#include "tests/elements/ids/differential/random_rules.hpp"
#include "tests/elements/ids/differential/seeds.hpp"
#include "tests/elements/ids/differential/tcp_talk.hpp"

namespace warpline::ids::differential {
namespace {

/// Random rules on random conversations: the engine, however it searches, gives what the reference
/// gives. WARPLINE_SEEDS and WARPLINE_FIRST_SEED choose the seeds.
TEST(IdsDifferential, EverySearchGivesWhatTheReferenceGives) {
  std::size_t pairs = 0, matched = 0, differences = 0, compared = 0;
  auto const first = first_seed();
  for (auto seed = first; seed < first + seed_count(300); ++seed) {
    auto const one = make_case(seed);
    auto const& frames = one.conversation.frames;
    auto const expected = run_reference(one.rules, frames, one.options);
    if (!expected) continue;
    ++compared;
    Engine const engine(one.rules);
    for (auto const search : kSearches) {
      if (engine.run(frames, one.options, search) == *expected) continue;
      ADD_FAILURE() << explain(one, search);
      ++differences;
      break;
    }
    ASSERT_LT(differences, 5u) << "enough of them";
    pairs += parsed(one.rules).size();
    std::set<std::uint32_t> sids;
    for (auto const& alert : expected->alerts) sids.insert(alert.sid);
    matched += sids.size();
  }
  EXPECT_GE(compared * 100, seed_count(300) * 98) << "too many rules above the limit of steps";
  EXPECT_GT(matched * 100, pairs * 5) << "rules that never match prove nothing";
  EXPECT_LT(matched * 100, pairs * 60);
  std::printf("%zu seeds compared, %zu of %zu rules matched (%zu %%)\n", compared, matched, pairs,
              matched * 100 / pairs);
}

/// Workers that get whole flows find together what one finds.
TEST(IdsDifferential, SeveralWorkersGiveWhatTheReferenceGives) {
  auto const first = first_seed();
  for (auto seed = first; seed < first + seed_count(100); ++seed) {
    auto const one = make_case(seed, SeedUse::kSeveralWorkers);
    auto const& frames = one.conversation.frames;
    auto const expected = run_reference(one.rules, frames, one.options);
    if (!expected) continue;
    Engine const engine(one.rules);
    for (auto const workers : {1u, 2u, 5u}) {
      auto const found = engine.run(frames, one.options, Search::kGivenBody, workers);
      ASSERT_EQ(describe(found), describe(*expected))
          << "seed " << seed << ", " << workers << " workers\n"
          << one.rules;
    }
  }
}

std::vector<reference::Frame> frames_of(TcpTalk const& talk) {
  Ends const ends{std::string("\x0a\0\0\x01", 4), std::string("\xc0\0\x02\x01", 4), 1024, 80, {}};
  std::vector<reference::Frame> frames;
  std::uint64_t time_ns = 1'700'000'000'000'000'000;
  for (auto const& segment : talk.segments) {
    auto const way = segment.from_client ? ends : ends.reversed();
    auto const data = tcp_segment(way, segment.fields, segment.payload);
    frames.push_back({time_ns += 1'000'000, frame(way, {}, 6, data)});
  }
  return frames;
}

std::set<std::uint32_t> sids_of(RunResult const& result) {
  std::set<std::uint32_t> sids;
  for (auto const& alert : result.alerts) sids.insert(alert.sid);
  return sids;
}

/// A stream alerts the same in one segment and cut in many, which come twice and in another order.
/// Rules ask for bytes that lie close together: those farther apart than a look goes back may be
/// missed in a long stream.
TEST(IdsDifferential, AStreamAlertsTheSameInOneSegmentAndInMany) {
  std::size_t matched = 0, rules = 0;
  auto const first = first_seed();
  for (auto seed = first; seed < first + seed_count(150); ++seed) {
    RandomSource random(seed);
    auto const text =
        random.letters(random.chance(12) ? random.between(2000, 9000) : random.between(1, 400));
    // A short stream is looked at once, at its end: then any keywords will do.
    bool const ips = random.chance(50), plain = ips || text.size() > 2000;
    std::string lines;
    for (unsigned sid = 1; sid <= 8; ++sid) {
      auto const line =
          "alert tcp-stream any any -> any any (msg:\"random\";" +
          random_payload_keywords(random, {text},
                                  plain ? PayloadKeywords::kPlain : PayloadKeywords::kAll) +
          " sid:" + std::to_string(sid) + ";)\n";
      if (loads(line)) lines += line;
    }
    if (lines.empty()) continue;
    reference::Options options;
    options.ips = ips;
    options.host = "linux";
    auto const whole = frames_of(one_segment(text));
    auto const cut = frames_of(many_segments(random, text));
    Engine const engine(lines);
    auto const in_whole = run_reference(lines, whole, options);
    if (!in_whole || !run_reference(lines, cut, options)) continue;
    auto const expected = sids_of(*in_whole);
    auto const search = random.one_of(kSearches);
    EXPECT_EQ(sids_of(engine.run(whole, options, search)), expected) << "seed " << seed << lines;
    EXPECT_EQ(sids_of(engine.run(cut, options, search)), expected)
        << "seed " << seed << ", " << name_of(search) << ", ips " << ips << '\n'
        << lines << text;
    if (HasFailure()) return;
    matched += expected.size();
    rules += 8;
  }
  EXPECT_GT(matched * 100, rules * 5);
  EXPECT_LT(matched * 100, rules * 90);
}

}  // namespace
}  // namespace warpline::ids::differential
