// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <set>
#include <string>

namespace warpline::bench {

/// The alerts of an EVE file by flow and rule: each pair counts once, however often it alerts. A flow
/// is the protocol and both ends, in either direction.
using AlertPairs = std::set<std::string>;

/// Reads a file that Warpline or Suricata has written. An unreadable file has no pairs.
AlertPairs read_alert_pairs(std::string const& path);

/// How the pairs of two engines differ.
struct PairDifference {
  std::size_t equal = 0, only_first = 0, only_second = 0;
  bool none() const { return only_first == 0 && only_second == 0; }
};
PairDifference difference_of(AlertPairs const& first, AlertPairs const& second);

}  // namespace warpline::bench
