// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/elements/ids/reference/memory.hpp"

#include <algorithm>

namespace warpline::ids::reference {
namespace {

std::string pair_of(Packet const& packet) {
  return std::min(packet.source, packet.destination) + std::max(packet.source, packet.destination);
}

std::string key_of(Threshold::Track track, Packet const& packet, std::uint64_t flow) {
  switch (track) {
    case Threshold::Track::kSource:
      return packet.source;
    case Threshold::Track::kDestination:
      return packet.destination;
    case Threshold::Track::kPair:  // of either direction
      return pair_of(packet);
    case Threshold::Track::kFlow:
      return std::to_string(flow);
    case Threshold::Track::kRule:
      break;
  }
  return {};
}

std::string host_of(BitAction::Scope scope, Packet const& packet) {
  if (scope == BitAction::Scope::kPair) return pair_of(packet);
  return scope == BitAction::Scope::kSource ? packet.source : packet.destination;
}

}  // namespace

Memory::Outcome Memory::count(Rule const& rule, Packet const& packet, std::uint64_t flow,
                              std::uint64_t now_us) {
  using Type = Threshold::Type;
  auto const& threshold = *rule.threshold;
  auto const [entry, is_new] =
      counts_.try_emplace({rule.sid, key_of(threshold.track, packet, flow)}, Count{});
  auto& count = entry->second;
  // A window begins with its first match, and has both of its ends. That of backoff does not end.
  bool const over =
      threshold.type != Type::kBackoff && now_us - count.begin > threshold.seconds * 1'000'000ull;
  if (is_new || over) count = {now_us, 0, threshold.count};
  ++count.matches;
  switch (threshold.type) {
    case Type::kLimit:
      return count.matches <= threshold.count ? Outcome::kAlert : Outcome::kSuppressed;
    case Type::kThreshold:
      return count.matches % threshold.count == 0 ? Outcome::kAlert : Outcome::kNothing;
    case Type::kBoth:
      return count.matches < threshold.count    ? Outcome::kNothing
             : count.matches == threshold.count ? Outcome::kAlert
                                                : Outcome::kSuppressed;
    case Type::kDetectionFilter:
      return count.matches > threshold.count ? Outcome::kAlert : Outcome::kNothing;
    case Type::kBackoff:
      if (count.matches != count.next) return Outcome::kSuppressed;
      count.next *= threshold.multiplier;
      return Outcome::kAlert;
  }
  return Outcome::kNothing;
}

bool Memory::has_bit(BitAction const& bit, std::string const& name, FlowBits const* flow,
                     Packet const& packet, std::uint64_t now_s) const {
  if (bit.scope == BitAction::Scope::kFlow) return flow != nullptr && flow->contains(name);
  auto const entry = bits_.find({name, host_of(bit.scope, packet)});
  return entry != bits_.end() && entry->second >= now_s;
}

/// Of several names, one must be set with isset, and one must not be set with isnotset.
bool Memory::bits_match(Rule const& rule, FlowBits const* flow, Packet const& packet,
                        std::uint64_t now_s) const {
  return std::ranges::all_of(rule.bits, [&](BitAction const& bit) {
    if (!bit.tests()) return true;
    if (bit.scope == BitAction::Scope::kFlow && flow == nullptr) return false;
    return std::ranges::any_of(bit.names, [&](std::string const& name) {
      return has_bit(bit, name, flow, packet, now_s) == (bit.command == BitAction::Command::kIsSet);
    });
  });
}

void Memory::change_bits(Rule const& rule, FlowBits* flow, Packet const& packet,
                         std::uint64_t now_s) {
  using Command = BitAction::Command;
  for (auto const& bit : rule.bits) {
    if (bit.tests() || (bit.scope == BitAction::Scope::kFlow && flow == nullptr)) continue;
    for (auto const& name : bit.names) {
      bool const set = bit.command == Command::kSet || (bit.command == Command::kToggle &&
                                                        !has_bit(bit, name, flow, packet, now_s));
      if (bit.scope == BitAction::Scope::kFlow) {
        if (set)
          flow->insert(name);
        else
          flow->erase(name);
      } else if (set) {
        bits_[{name, host_of(bit.scope, packet)}] = now_s + bit.expire_seconds;
      } else {
        bits_.erase({name, host_of(bit.scope, packet)});
      }
    }
  }
}

}  // namespace warpline::ids::reference
