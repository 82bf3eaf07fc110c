// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/detect/flow_bits.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/base/big_pages.hpp"
#include "elements/ids/flow/flow_table.hpp"

namespace warpline::ids {

FlowBits::FlowBits(std::uint32_t flows, std::span<std::string const> names)
    : places_(names.size()), names_(names.begin(), names.end()) {
  std::iota(places_.begin(), places_.end(), std::uint16_t{0});
  for (auto const place : places_) numbers_.emplace(names_[place], place);
  allocate(flows, words_for(names.size()));
}

FlowBits::~FlowBits() { big_pages()->deallocate(bits_, bytes_, alignof(std::uint64_t)); }

void FlowBits::allocate(std::uint32_t flows, std::size_t words) {
  words_ = words;
  bytes_ = words * flows * sizeof(std::uint64_t);
  bits_ = static_cast<std::uint64_t*>(big_pages()->allocate(bytes_, alignof(std::uint64_t)));
}

std::size_t FlowBits::bytes(std::uint32_t flows, std::size_t names) {
  return words_for(names) * flows * sizeof(std::uint64_t);
}

bool FlowBits::test(std::uint32_t index, Flow const& flow, std::uint16_t name) const {
  auto const place = places_[name];
  return flow.has_bits && (bits_[index * words_ + place / 64] >> place % 64 & 1) != 0;
}

void FlowBits::change(std::uint32_t index, Flow& flow, std::uint16_t name,
                      BitAction::Command command) {
  auto* const words = &bits_[index * words_];
  if (!flow.has_bits) {
    std::fill(words, words + words_, 0);
    flow.has_bits = true;
  }
  auto const place = places_[name];
  auto const bit = std::uint64_t{1} << place % 64;
  auto& word = words[place / 64];
  if (command == BitAction::Command::kSet) word |= bit;
  if (command == BitAction::Command::kUnset) word &= ~bit;
  if (command == BitAction::Command::kToggle) word ^= bit;
}

void FlowBits::take_over(FlowBits& old, FlowTable& flows) {
  constexpr std::uint16_t kNoPlace = 0xffff;
  std::vector<std::uint16_t> places(places_.size(), kNoPlace);
  for (std::size_t place = 0; place < old.names_.size(); ++place)
    if (auto const known = numbers_.find(old.names_[place]); known != numbers_.end())
      places[known->second] = static_cast<std::uint16_t>(place);
  auto const unknown = static_cast<std::size_t>(std::count(places.begin(), places.end(), kNoPlace));
  if (old.names_.size() + unknown > old.words_ * 64) return move_bits(old, flows);
  for (std::size_t number = 0; number < places.size(); ++number) {
    if (places[number] != kNoPlace) continue;
    places[number] = static_cast<std::uint16_t>(old.names_.size());
    old.names_.push_back(std::move(names_[number]));
  }
  names_ = std::move(old.names_);
  places_ = std::move(places);
  std::swap(words_, old.words_);
  std::swap(bytes_, old.bytes_);
  std::swap(bits_, old.bits_);
}

/// To places in the order of the new names.
void FlowBits::move_bits(FlowBits const& old, FlowTable& flows) {
  big_pages()->deallocate(bits_, bytes_, alignof(std::uint64_t));
  allocate(flows.capacity(), words_for(names_.size()));
  std::vector<std::pair<std::size_t, std::size_t>> moves;  // from a place to a place
  for (std::size_t place = 0; place < old.names_.size(); ++place)
    if (auto const known = numbers_.find(old.names_[place]); known != numbers_.end())
      moves.emplace_back(place, known->second);
  for (std::uint32_t index = 0; index < flows.capacity(); ++index) {
    if (!flows[index].has_bits) continue;
    auto const* const from = &old.bits_[index * old.words_];
    auto* const to = &bits_[index * words_];
    std::fill(to, to + words_, 0);
    for (auto const& [before, now] : moves)
      to[now / 64] |= (from[before / 64] >> before % 64 & 1) << now % 64;
  }
}

}  // namespace warpline::ids
