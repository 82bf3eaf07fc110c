// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/element/link.hpp"
#include "core/element/port.hpp"
#include "io/dpdk/dpdk_pool.hpp"

namespace warpline {

/// A DPDK device and its configuration.
struct DpdkPortOptions {
  std::string device{};     ///< a PCI address, or a virtual device's driver and number: `net_null0`
  std::string arguments{};  ///< the driver's own arguments, for a virtual device: `size=64,copy=1`
  unsigned mtu = 0;         ///< bytes after the Ethernet header; 0: the device's default
  unsigned descriptors = 0;  ///< of each queue; 0: 1024, or the maximum of the device
  int pad = -1;              ///< minimum size of sent frames; -1: 60 on a PCI device
  bool promiscuous = true;
  bool interrupts = false;  ///< let a worker sleep on the device's receive interrupts
};

/// Any device with a DPDK driver: a NIC, or a virtual device, which the port creates.
///
/// It has one queue per worker if the device can; further workers have none. A NIC with several
/// receive queues spreads flows over them by RSS; one without RSS gets one receive queue.
///
/// A virtual device on an interface of the kernel (net_af_packet, net_tap) survives the interface:
/// see `check_link`. Its queues and counters stay the same.
class DpdkPort final : public Port, public LinkWatch, public QueueAdvice {
 public:
  /// Requires that the EAL is started. Received buffers come from `pool`, which must outlive the
  /// port. Throws `ConfigError` with the port, DPDK's reason and the available devices.
  DpdkPort(DpdkPortOptions options, DpdkPool& pool, unsigned workers);
  ~DpdkPort() override;

  /// Driver, queues, MTU, link: `net_null, 1 queue, MTU 1500, link up at 10 Gbps`.
  std::string description() const override;
  ether::Address address() const override;
  int numa_node() const override;
  PortStatistics statistics() const override;
  std::vector<std::string> notices() const override;

  RxQueue* rx(unsigned worker) override;
  TxQueue* tx(unsigned worker) override;

  void start() override;
  void stop() noexcept override;

  std::optional<LinkEvent> check_link() override;
  std::uint64_t lost() const override;
  std::string missed_source() const override;
  std::string queue_advice(unsigned workers) const override;

 private:
  class Rx;
  class Tx;
  class GuardedRx;
  class GuardedTx;
  struct Interface;

  void open();
  void configure();
  void start_device();
  void close() noexcept;

  void skip_foreign_frames();
  void find_interface(std::set<int> const& sockets_before);
  LinkState interface_state() const;
  LinkState driver_state() const;
  void update_interface();
  bool retire();
  bool open_again();
  PortStatistics driver_statistics() const;
  [[nodiscard]] ConfigError error(std::string const& what, int code, std::size_t log_mark) const;

  DpdkPortOptions options_;
  DpdkPool& pool_;
  unsigned workers_;
  std::uint16_t id_ = 0;
  bool opened_ = false;
  bool made_here_ = false;
  bool started_ = false;  // the device
  bool running_ = false;  // the port: `start` was called, `stop` was not
  std::string driver_{};
  std::vector<std::uint8_t> rss_key_;  // DPDK keeps a pointer to it
  bool splits_flows_ = false;          // RSS by a key of the driver's
  std::vector<std::unique_ptr<Rx>> rx_;
  std::vector<std::unique_ptr<Tx>> tx_;
  std::vector<std::unique_ptr<GuardedRx>> guarded_rx_;  // wrap the queues above, with an interface
  std::vector<std::unique_ptr<GuardedTx>> guarded_tx_;
  std::atomic<LinkState> link_{LinkState::kUp};
  std::chrono::steady_clock::time_point next_look_{};
  std::unique_ptr<Interface> interface_;  // of the kernel, below a virtual device; or null
};

}  // namespace warpline
