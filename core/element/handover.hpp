// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <boost/lockfree/spsc_queue.hpp>
#include <memory>
#include <vector>

#include "core/element/port.hpp"
#include "core/packet/batch.hpp"

namespace warpline {

/// Hands whole batches from one thread to one other.
class HandoverRing {
 public:
  explicit HandoverRing(std::size_t capacity) : ring_(capacity) {}
  ~HandoverRing();

  /// Producer: takes the batch, or leaves it if the ring is full.
  bool push(BatchPtr& batch) noexcept;
  /// Producer: nothing will be pushed any more.
  void close() noexcept;

  /// Consumer: the next batch, or null.
  BatchPtr pop() noexcept;
  /// Consumer: closed and empty for good.
  bool finished() const noexcept;
  /// Consumer: asks to be woken once, on the producer's thread, after the next push or close.
  /// The caller looks at the ring once more afterwards, before it sleeps.
  void arm(Waker& waker) noexcept;

 private:
  void call_wake() noexcept;

  boost::lockfree::spsc_queue<Batch*> ring_;
  std::atomic<bool> closed_{false};
  std::atomic<bool> armed_{false};
  Waker* waker_ = nullptr;
};

/// The rings between IO workers and compute workers in the split topology.
///
/// Compute worker `c` belongs to IO worker `c % io_workers`: packets of a flow stay on one path,
/// and keep their order. For each compute worker and port there is a ring in, and for each compute
/// worker one ring out.
class Handover {
 public:
  static constexpr std::size_t kDepth = 256;  ///< batches in a ring

  Handover(unsigned io_workers, unsigned compute_workers, unsigned ports);

  unsigned io_workers() const { return io_workers_; }
  unsigned compute_workers() const { return compute_workers_; }
  unsigned ports() const { return ports_; }

  HandoverRing& in(unsigned compute, unsigned port) { return *in_[compute * ports_ + port]; }
  HandoverRing& out(unsigned compute) { return *out_[compute]; }
  /// The compute workers that IO worker `io` serves.
  std::vector<unsigned> served_by(unsigned io) const;

 private:
  unsigned io_workers_, compute_workers_, ports_;
  std::vector<std::unique_ptr<HandoverRing>> in_, out_;
};

/// A port as compute workers see it: the same name and number, but rings in place of the device.
class HandoverPort final : public Port {
 public:
  /// `device` is the port that the IO workers drive. Both arguments must outlive this.
  HandoverPort(Port const& device, Handover& handover);
  ~HandoverPort() override;

  std::string description() const override;
  LinkTypeSet received_links() const override { return device_.received_links(); }
  LinkTypeSet sent_links() const override { return device_.sent_links(); }
  ether::Address address() const override { return device_.address(); }
  int numa_node() const override { return device_.numa_node(); }
  RxQueue* rx(unsigned worker) override;
  TxQueue* tx(unsigned worker) override;

 private:
  class Receive;
  class Transmit;

  Port const& device_;
  std::vector<std::unique_ptr<Receive>> receive_;
  std::vector<std::unique_ptr<Transmit>> transmit_;
};

}  // namespace warpline
