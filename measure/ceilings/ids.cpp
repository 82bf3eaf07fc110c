// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "measure/ceilings/ids.hpp"

#include <hs/hs.h>

#include <utility>

namespace warpline::ceilings {
namespace {

int count(unsigned, unsigned long long, unsigned long long, unsigned, void* context) {
  ++*static_cast<std::uint64_t*>(context);
  return 0;
}

ScanRate rate_of(auto& raw, std::span<Bytes const> payloads, std::chrono::nanoseconds at_least) {
  using Clock = std::chrono::steady_clock;
  std::uint64_t bytes = 0;
  for (auto const& payload : payloads) bytes += payload.size;
  auto const matches = raw.scan(payloads);
  auto const begin = Clock::now();
  std::uint64_t passes = 0;
  Clock::duration elapsed{};
  do {
    raw.scan(payloads);
    ++passes;
    elapsed = Clock::now() - begin;
  } while (elapsed < at_least);
  auto const seconds = std::chrono::duration<double>(elapsed).count();
  auto const per_second = static_cast<double>(passes) / seconds;
  auto const packets = static_cast<double>(payloads.size());
  return {packets * per_second, static_cast<double>(bytes) * per_second,
          packets > 0 ? static_cast<double>(matches) / packets : 0};
}

}  // namespace

RawHyperscan::RawHyperscan(std::vector<Database> databases) : databases_(std::move(databases)) {
  for (auto const& database : databases_) scratch_.fit(*database);
}

void RawHyperscan::scan(Bytes payload, Database const& database, std::uint64_t& matches) noexcept {
  hs_scan(database->get(), reinterpret_cast<char const*>(payload.data), payload.size, 0,
          scratch_.get(), count, &matches);
}

std::uint64_t RawHyperscan::scan(std::span<Bytes const> payloads) noexcept {
  std::uint64_t matches = 0;
  for (auto const& payload : payloads) scan(payload, databases_[0], matches);
  return matches;
}

std::uint64_t RawHyperscan::scan(std::span<Bytes const> payloads,
                                 std::span<std::uint16_t const> numbers) noexcept {
  std::uint64_t matches = 0;
  for (std::size_t i = 0; i < payloads.size(); ++i)
    if (numbers[i] != 0) scan(payloads[i], databases_[numbers[i] - 1u], matches);
  return matches;
}

ScanRate RawHyperscan::measure(std::span<Bytes const> payloads, std::chrono::nanoseconds at_least) {
  return rate_of(*this, payloads, at_least);
}

std::uint64_t RawAutomaton::scan(std::span<Bytes const> payloads) {
  results_.assign(payloads.size(), {});
  scan_.scan(payloads, results_.data());
  std::uint64_t matches = 0;
  for (auto const& result : results_)
    matches += result.overflow() ? ids::Matches::kCapacity : result.count;
  return matches;
}

ScanRate RawAutomaton::measure(std::span<Bytes const> payloads, std::chrono::nanoseconds at_least) {
  return rate_of(*this, payloads, at_least);
}

}  // namespace warpline::ceilings
