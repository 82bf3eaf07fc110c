// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/elements/ids/hostile/rig.hpp"

#include <gtest/gtest.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string_view>

#include "tests/elements/ids/test_rules.hpp"

namespace warpline::ids::testing {
namespace {

std::uint64_t thread_ns() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(time.tv_nsec);
}

}  // namespace

HostileRig::HostileRig(std::string text, DetectorOptions options) {
  test::TestRules const rules(std::move(text));
  set_ = rules.set;
  options.checksums = ChecksumPolicy::kOff;
  detector_ = std::make_unique<Detector>(set_, rules.searches, shared_, options, *this, 5);
  turn_begin_ns_ = thread_ns();
}

FrameVerdict HostileRig::send(Bytes frame, std::uint64_t milliseconds) {
  time_ns_ += milliseconds * 1'000'000;
  auto const verdict = detector_->process(frame, {time_ns_, ++sent_, {}}, {});
  if (sent_ % Batch::kCapacity != 0) return verdict;
  auto const now = thread_ns();
  longest_turn_ns_ = std::max(longest_turn_ns_, now - turn_begin_ns_);
  all_ns_ += now - turn_begin_ns_;
  turn_begin_ns_ = now;
  return verdict;
}

void HostileRig::handshake(Frames::Ends const& ends) {
  constexpr std::uint8_t kScale = 14;
  send(frames_.tcp(ends, Frames::kSyn, 0, 0, {}, kScale));
  send(frames_.tcp(ends.reversed(), Frames::kSyn | Frames::kAck, 0, 1, {}, kScale));
  send(frames_.tcp(ends, Frames::kAck, 1, 1));
}

void HostileRig::say(Connection& connection, bool to_server, std::string_view text,
                     std::size_t size, bool acknowledges_each) {
  auto const sender = to_server ? connection.client : connection.client.reversed();
  auto& next = to_server ? connection.from_client : connection.from_server;
  auto const other = to_server ? connection.from_server : connection.from_client;
  while (!text.empty()) {
    auto const segment = text.substr(0, size);
    text.remove_prefix(segment.size());
    send(frames_.tcp(sender, Frames::kAck, next, other, segment));
    next += static_cast<std::uint32_t>(segment.size());
    if (acknowledges_each || text.empty())
      send(frames_.tcp(sender.reversed(), Frames::kAck, other, next));
  }
}

/// Writes its records, as EVE has them.
void HostileRig::transaction(PacketContext const&, TransactionId const& transaction) {
  auto const& [session, number] = transaction;
  for (unsigned record = 0; record < session->records(number); ++record, ++records_) {
    JsonWriter out(line_);
    session->write_record(number, record, out);
  }
}

void HostileRig::finish() {
  auto const begin = thread_ns();
  detector_->finish();
  auto const end_ns = thread_ns() - begin;
  auto const ms = [](std::uint64_t ns) { return static_cast<double>(ns) / 1e6; };
  std::printf("%s: %llu packets, %.0f ns each; longest turn of %u packets %.2f ms, end %.2f ms\n",
              ::testing::UnitTest::GetInstance()->current_test_info()->name(),
              static_cast<unsigned long long>(sent_),
              static_cast<double>(all_ns_) / static_cast<double>(std::max<std::uint64_t>(
                                                 sent_ / Batch::kCapacity * Batch::kCapacity, 1)),
              Batch::kCapacity, ms(longest_turn_ns_), ms(end_ns));
}

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t all = 0, resident = 0;
  file >> all >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

std::uint64_t scaled(std::uint64_t full, std::uint64_t reduced) {
  auto const* const scale = std::getenv("WARPLINE_HOSTILE");
  return scale != nullptr && std::string_view(scale) == "full" ? full : reduced;
}

}  // namespace warpline::ids::testing
