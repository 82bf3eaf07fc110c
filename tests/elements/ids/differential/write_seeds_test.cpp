// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "tests/elements/ids/differential/seeds.hpp"

namespace warpline::ids::differential {
namespace {

std::string little(std::uint64_t value, unsigned size) {
  std::string bytes;
  for (unsigned i = 0; i < size; ++i) bytes += static_cast<char>(value >> (8 * i));
  return bytes;
}

/// A capture file with nanoseconds.
void write_capture(std::string const& path, std::vector<reference::Frame> const& frames) {
  std::ofstream file(path, std::ios::binary);
  file << little(0xa1b23c4d, 4) << little(2, 2) << little(4, 2) << little(0, 8) << little(262144, 4)
       << little(1, 4);
  for (auto const& frame : frames)
    file << little(frame.time_ns / 1'000'000'000, 4) << little(frame.time_ns % 1'000'000'000, 4)
         << little(frame.bytes.size(), 4) << little(frame.bytes.size(), 4) << frame.bytes;
}

/// Frames i, i + N, ... are those of worker i of N; a frame without IP stands where it has no other.
std::vector<reference::Frame> for_workers(std::vector<reference::Frame> const& frames,
                                          std::size_t workers) {
  std::vector<reference::Frame> result;
  for (auto const& frame : frames) {
    auto const worker = worker_of(frame.bytes, workers);
    while (result.size() % workers != worker)
      result.push_back({frame.time_ns, std::string(12, '\2') + "\x88\xb5" + std::string(46, '\0')});
    result.push_back(frame);
  }
  return result;
}

void write(Case const& one, RunResult const& expected, std::string const& path) {
  write_capture(path + ".pcap", one.conversation.frames);
  for (std::size_t const workers : {2u, 5u})
    write_capture(path + "." + std::to_string(workers) + ".pcap",
                  for_workers(one.conversation.frames, workers));
  std::ofstream(path + ".rules") << one.rules;
  std::ofstream(path + ".yaml") << "host-os-policy:\n  " << one.options.host
                                << ": [0.0.0.0/0, \"::/0\"]\n";
  std::ofstream(path + ".arguments")
      << "MODE " << (one.options.ips ? "ips" : "ids") << ", CHECKSUM "
      << (one.options.checksums ? "on" : "off") << ", MIDSTREAM "
      << (one.options.tcp.midstream ? "true" : "false") << ", DEPTH " << one.options.tcp.depth
      << ", MAX_ALERTS " << one.options.max_alerts << '\n';
  std::ofstream alerts(path + ".alerts");
  for (auto const& alert : expected.alerts)
    alerts << alert.packet << '\t' << alert.flow << '\t' << alert.sid << '\t'
           << (alert.transaction ? "transaction " + std::to_string(*alert.transaction)
               : alert.in_stream ? "stream"
                                 : "packet")
           << '\n';
  std::ofstream fragments(path + ".fragments");
  auto const& frames = one.conversation.frames;
  for (std::size_t i = 0; i < frames.size(); ++i)
    if (reference::read_frame(frames[i].bytes).is_fragment) fragments << i + 1 << '\n';
  std::size_t dropped = 0;
  for (auto const verdict : expected.verdicts)
    if (verdict != reference::Verdict::kPass) ++dropped;
  std::ofstream(path + ".dropped") << dropped << '\n';
}

/// Writes the cases of seeds, with what the reference gives, to the folder of the variable
/// WARPLINE_WRITE_SEEDS.
void write_seeds(Case (*make)(std::uint32_t, SeedUse), SeedUse use) {
  char const* const folder = std::getenv("WARPLINE_WRITE_SEEDS");
  if (folder == nullptr) GTEST_SKIP() << "WARPLINE_WRITE_SEEDS is not set";
  auto const first = first_seed();
  for (auto seed = first; seed < first + seed_count(10); ++seed) {
    auto const one = make(seed, use);
    auto const expected = run_reference(one.rules, one.conversation.frames, one.options);
    if (expected) write(one, *expected, std::string(folder) + "/" + std::to_string(seed));
  }
}

TEST(IdsDifferential, WritesSeeds) { write_seeds(make_case, SeedUse::kSeveralWorkers); }
TEST(IdsDifferential, WritesSeedsForSuricata) { write_seeds(make_case, SeedUse::kSuricata); }
TEST(IdsAppDifferential, WritesSeedsForSuricata) { write_seeds(make_app_case, SeedUse::kSuricata); }

}  // namespace
}  // namespace warpline::ids::differential
