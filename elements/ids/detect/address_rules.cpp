// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/detect/address_rules.hpp"

#include <algorithm>

namespace warpline::ids {

AddressRules::AddressRules(RuleSet const& rules) : since_(rules.rules().size(), 1) {
  for (std::uint32_t i = 0; i < since_.size(); ++i)
    if (rules.rules()[i].once_a_flow) sorted_.push_back({rules.rules()[i].rule.text, i});
  std::sort(sorted_.begin(), sorted_.end(),
            [](Entry const& a, Entry const& b) { return a.text < b.text; });
}

void AddressRules::follow(AddressRules const& old, std::uint16_t generation) {
  // Half of the range of differences: a flow of the distant past is looked at once more.
  constexpr std::uint16_t kMaxAge = 1 << 14;
  std::fill(since_.begin(), since_.end(), generation);
  auto before = old.sorted_.begin();
  for (auto const& [text, rule] : sorted_) {
    while (before != old.sorted_.end() && before->text < text) ++before;
    if (before == old.sorted_.end()) return;
    if (before->text != text) continue;
    auto const since = old.since_[before->rule];
    bool const recent = static_cast<std::uint16_t>(generation - since) <= kMaxAge;
    since_[rule] = recent ? since : static_cast<std::uint16_t>(generation - kMaxAge);
  }
}

}  // namespace warpline::ids
