// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/elements/ids/differential/seeds.hpp"

#include <cstdlib>
#include <optional>
#include <sstream>

#include "tests/elements/ids/differential/random_rules.hpp"

namespace warpline::ids::differential {
namespace {

std::uint32_t number_of(char const* name, std::uint32_t otherwise) {
  char const* const text = std::getenv(name);
  return text == nullptr ? otherwise : static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10));
}

std::vector<std::string> lines_of(std::string const& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string joined(std::vector<std::string> const& lines) {
  std::string text;
  for (auto const& line : lines) text += line + '\n';
  return text;
}

bool differs(Case const& one, Search search) {
  if (one.rules.empty() || one.conversation.frames.empty()) return false;
  auto const& frames = one.conversation.frames;
  auto const expected = run_reference(one.rules, frames, one.options);
  return expected && Engine(one.rules).run(frames, one.options, search) != *expected;
}

/// Leaves out what the difference does not need.
template <class Part>
void shrink(std::vector<Part>& parts, auto const& still_differs) {
  for (auto size = parts.size() / 2; size > 0; size /= 2)
    for (std::size_t begin = 0; begin + size <= parts.size();) {
      auto fewer = parts;
      auto const first = fewer.begin() + static_cast<std::ptrdiff_t>(begin);
      fewer.erase(first, first + static_cast<std::ptrdiff_t>(size));
      if (still_differs(fewer))
        parts = std::move(fewer);
      else
        begin += size;
    }
}

std::string describe(reference::Frame const& frame) {
  std::string text;
  for (char const byte : frame.bytes)
    for (int const shift : {4, 0})
      text += "0123456789abcdef"[static_cast<unsigned char>(byte) >> shift & 15];
  return std::to_string(frame.time_ns) + ' ' + text + '\n';
}

}  // namespace

Case make_case(std::uint32_t seed, SeedUse use) {
  RandomSource random(seed);
  Case one;
  one.seed = seed;
  bool const for_suricata = use == SeedUse::kSuricata;
  one.conversation = random_conversation(random, for_suricata);
  constexpr char const* kHosts[] = {"windows",     "windows", "linux",    "bsd",
                                    "solaris",     "first",   "last",     "vista",
                                    "old-solaris", "macos",   "bsd-right"};
  auto& options = one.options;
  options.ips = random.chance(30);
  options.checksums = random.chance(30);
  do options.host = random.one_of(kHosts);
  while (for_suricata && (options.host == "first" || options.host == "last"));  // it has no such
  if (!for_suricata && random.chance(10)) options.max_alerts = random.between(1, 4);
  options.tcp.midstream = random.chance(30);
  if (!for_suricata && random.chance(10)) options.tcp.depth = random.between(10, 400);
  one.rules = random_rules(
      random, one.conversation,
      {options.ips, use != SeedUse::kSeveralWorkers, for_suricata, one.conversation.fragments});
  return one;
}

Case make_app_case(std::uint32_t seed, SeedUse use) {
  RandomSource random(seed);
  Case one;
  one.seed = seed;
  bool const for_suricata = use == SeedUse::kSuricata;
  one.conversation = random_app_conversation(random, for_suricata);
  one.options.ips = !for_suricata && random.chance(30);
  one.options.host = random.one_of(std::vector<std::string>{"windows", "linux", "bsd"});
  // Suricata keeps the alerts of the first transactions, not the first rules, of a packet.
  if (for_suricata) one.options.max_alerts = 250;
  if (!for_suricata && random.chance(10)) one.options.max_alerts = random.between(1, 4);
  one.rules =
      random_app_rules(random, one.conversation,
                       {one.options.ips, use != SeedUse::kSeveralWorkers, for_suricata, false});
  return one;
}

std::string describe(RunResult const& result) {
  std::ostringstream text;
  for (auto const& alert : result.alerts)
    text << "  packet " << alert.packet << ' ' << alert.flow << " sid " << alert.sid
         << (alert.in_stream ? " stream" : "")
         << (alert.transaction ? " transaction " + std::to_string(*alert.transaction) : "") << '\n';
  text << "  verdicts ";
  for (auto const verdict : result.verdicts) text << static_cast<int>(verdict);
  return text.str() + '\n';
}

std::uint32_t seed_count(std::uint32_t usual) { return number_of("WARPLINE_SEEDS", usual); }
std::uint32_t first_seed() { return number_of("WARPLINE_FIRST_SEED", 1); }

std::string explain(Case const& all, Search search, bool keep_frames) {
  auto one = all;
  auto lines = lines_of(one.rules);
  shrink(lines, [&](auto const& fewer) {
    auto smaller = one;
    smaller.rules = joined(fewer);
    return differs(smaller, search);
  });
  one.rules = joined(lines);
  if (!keep_frames)
    shrink(one.conversation.frames, [&](auto const& fewer) {
      auto smaller = one;
      smaller.conversation.frames = fewer;
      return differs(smaller, search);
    });
  std::ostringstream text;
  text << "seed " << one.seed << ", " << name_of(search) << ", ips " << one.options.ips
       << ", checksums " << one.options.checksums << ", host " << one.options.host
       << ", max alerts " << one.options.max_alerts << ", midstream " << one.options.tcp.midstream
       << ", depth " << one.options.tcp.depth << '\n'
       << one.rules;
  for (auto const& frame : one.conversation.frames) text << describe(frame);
  text << "engine:\n"
       << describe(Engine(one.rules).run(one.conversation.frames, one.options, search))
       << "reference:\n"
       << describe(*run_reference(one.rules, one.conversation.frames, one.options));
  return text.str();
}

}  // namespace warpline::ids::differential
