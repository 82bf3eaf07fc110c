// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/detect/shared_state.hpp"

#include <cstring>
#include <functional>
#include <limits>

#include "core/base/random.hpp"

namespace warpline::ids {
namespace {

std::uint64_t hash_bytes(std::uint64_t hash, std::uint8_t const* bytes, std::size_t size) {
  for (std::size_t i = 0; i < size; i += 4) {
    std::uint32_t word = 0;
    std::memcpy(&word, bytes + i, 4);
    hash = mix64(hash ^ word);
  }
  return hash;
}

/// `second`: the destination.
std::uint64_t hash_address(std::uint64_t hash, DecodedPacket const& packet, bool second) {
  if (packet.version == 0) return hash;
  return hash_bytes(hash, second ? packet.destination() : packet.source(), packet.address_size());
}

/// The same for both directions.
std::uint64_t hash_pair(std::uint64_t hash, DecodedPacket const& packet) {
  return mix64(hash + hash_address(0, packet, false) + hash_address(0, packet, true));
}

constexpr std::uint32_t kForever = std::numeric_limits<std::uint32_t>::max();

}  // namespace

std::uint64_t SharedState::key_of(Rule const& rule, DecodedPacket const& packet,
                                  std::uint64_t flow) const {
  auto const hash = mix64(mix64(seed_ ^ rule.sid) ^ rule.gid);
  switch (rule.threshold->track) {
    case Threshold::Track::kSource:
      return hash_address(hash, packet, false);
    case Threshold::Track::kDestination:
      return hash_address(hash, packet, true);
    case Threshold::Track::kPair:
      return hash_pair(hash, packet);
    case Threshold::Track::kFlow:
      return mix64(hash ^ flow);
    case Threshold::Track::kRule:
      return hash;
  }
  return hash;
}

/// For `unique_on`: true if no match with this port has counted in the current window.
bool SharedState::is_first(Rule const& rule, std::uint64_t key, DecodedPacket const& packet,
                           std::uint32_t now_s) {
  auto const& threshold = *rule.threshold;
  auto const port =
      threshold.unique_on == "src_port" ? packet.source_port : packet.destination_port;
  bool first = false;
  distinct_.with(mix64(key ^ (0x10000u + port)), now_s, [&](Empty&, bool is_new) {
    first = is_new;
    return saturated_sum(now_s, threshold.seconds);
  });
  return first;
}

ThresholdOutcome SharedState::count(Rule const& rule, DecodedPacket const& packet,
                                    std::uint64_t flow, std::uint64_t now_us) {
  constexpr std::uint64_t kSecond = 1'000'000;
  auto const& threshold = *rule.threshold;
  auto const now_s = static_cast<std::uint32_t>(now_us / kSecond);
  auto const key = key_of(rule, packet, flow);
  if (!threshold.unique_on.empty() && !is_first(rule, key, packet, now_s))
    return ThresholdOutcome::kNothing;
  auto outcome = ThresholdOutcome::kAlert;
  thresholds_.with(key, now_s, [&](ThresholdCount& count, bool) {
    outcome = count.count(threshold, now_us);
    if (threshold.seconds == 0) return kForever;
    return saturated_sum(static_cast<std::uint32_t>(count.begin_us / kSecond), threshold.seconds);
  });
  return outcome;
}

std::uint64_t SharedState::key_of(BitAction::Scope scope, std::string const& name,
                                  DecodedPacket const& packet) const {
  auto const hash = mix64(mix64(seed_ ^ std::hash<std::string>{}(name)) ^
                          (scope == BitAction::Scope::kPair ? 1u : 0u));
  if (scope == BitAction::Scope::kPair) return hash_pair(hash, packet);
  return hash_address(hash, packet, scope == BitAction::Scope::kDestination);
}

void SharedState::change_bit(BitAction::Command command, BitAction::Scope scope,
                             std::string const& name, std::uint32_t expire_seconds,
                             DecodedPacket const& packet, std::uint32_t now_s) {
  // A source's and a destination's bit are one bit of a host.
  auto const key = key_of(scope, name, packet);
  bool const remove = command == BitAction::Command::kUnset ||
                      (command == BitAction::Command::kToggle && bits_.contains(key, now_s));
  if (remove) return bits_.remove(key);
  bits_.with(key, now_s, [&](Empty&, bool) { return saturated_sum(now_s, expire_seconds); });
}

bool SharedState::test_bit(BitAction::Scope scope, std::string const& name,
                           DecodedPacket const& packet, std::uint32_t now_s) {
  return bits_.contains(key_of(scope, name, packet), now_s);
}

}  // namespace warpline::ids
