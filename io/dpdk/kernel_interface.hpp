// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "core/element/link.hpp"

namespace warpline {

/// Packets that an interface of the kernel counted.
struct InterfaceCounters {
  std::uint64_t rx_packets = 0;
  std::uint64_t tx_dropped = 0;
};

/// A network interface of the kernel, in the network namespace of the calling thread. One thread.
class KernelInterface {
 public:
  /// The interface with this index, which exists.
  explicit KernelInterface(unsigned index);
  KernelInterface(KernelInterface const&) = delete;
  KernelInterface& operator=(KernelInterface const&) = delete;
  ~KernelInterface();

  std::string const& name() const { return name_; }
  unsigned index() const { return index_; }

  /// Gone: no interface of this name has this index any more. Up: IFF_UP and IFF_RUNNING.
  LinkState state() const;
  /// An interface of this name exists, under any index, and is switched on.
  bool exists_up() const;
  /// Bytes after the Ethernet header; 0 if it cannot be read.
  unsigned mtu() const;
  /// From /proc/thread-self/net/dev; zeros if the interface is not listed.
  InterfaceCounters counters() const;

 private:
  /// The interface flags (netdevice(7)), or -1.
  int flags() const;

  unsigned index_;
  std::string name_;
  int socket_;
};

}  // namespace warpline
