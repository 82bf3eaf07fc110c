// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>

namespace warpline {

/// The files of /dev/net/tun that DPDK's net_tap driver has for one interface. One thread.
class TapFiles {
 public:
  /// The open files of /dev/net/tun of this process, by descriptor.
  static std::set<int> all();

  /// The files of `all()` that are not in `before` and belong to an interface.
  explicit TapFiles(std::set<int> const& before);

  /// True if the interface exists, in any network namespace.
  bool attached() const;

 private:
  std::set<int> files_;
};

}  // namespace warpline
