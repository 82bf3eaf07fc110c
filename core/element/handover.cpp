// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/handover.hpp"

#include <algorithm>

namespace warpline {

HandoverRing::~HandoverRing() {
  while (pop()) {
  }
}

// Both sides exchange, and one of them comes first: either the producer finds the ring armed, or
// the consumer, arming it, sees what was pushed before.
void HandoverRing::call_wake() noexcept {
  if (armed_.exchange(false, std::memory_order_acq_rel)) waker_->wake();
}

bool HandoverRing::push(BatchPtr& batch) noexcept {
  if (!ring_.push(batch.get())) return false;
  batch.release();
  call_wake();
  return true;
}

void HandoverRing::close() noexcept {
  closed_.store(true, std::memory_order_release);
  call_wake();
}

BatchPtr HandoverRing::pop() noexcept {
  Batch* batch = nullptr;
  return BatchPtr(ring_.pop(batch) ? batch : nullptr);
}

bool HandoverRing::finished() const noexcept {
  return closed_.load(std::memory_order_acquire) && ring_.read_available() == 0;
}

void HandoverRing::arm(Waker& waker) noexcept {
  if (armed_.load(std::memory_order_acquire)) return;
  waker_ = &waker;
  armed_.exchange(true, std::memory_order_acq_rel);
}

Handover::Handover(unsigned io_workers, unsigned compute_workers, unsigned ports)
    : io_workers_(io_workers), compute_workers_(compute_workers), ports_(ports) {
  for (unsigned i = 0; i < compute_workers * ports; ++i)
    in_.push_back(std::make_unique<HandoverRing>(kDepth));
  for (unsigned i = 0; i < compute_workers; ++i)
    out_.push_back(std::make_unique<HandoverRing>(kDepth));
}

std::vector<unsigned> Handover::served_by(unsigned io) const {
  std::vector<unsigned> served;
  for (unsigned compute = io; compute < compute_workers_; compute += io_workers_)
    served.push_back(compute);
  return served;
}

/// Descriptors are copied out of the handed-over batch into the receiver's own.
class HandoverPort::Receive final : public RxQueue {
 public:
  explicit Receive(HandoverRing& ring) : ring_(ring) {}

  unsigned receive(std::span<Packet> packets) noexcept override {
    if (!batch_ && !(batch_ = ring_.pop())) return 0;
    auto const rest = batch_->packets().subspan(taken_);
    auto const count = std::min(rest.size(), packets.size());
    for (std::size_t i = 0; i < count; ++i) (packets[i] = rest[i]).arrive(port_index);
    received = batch_->received;
    taken_ += count;
    if (taken_ == batch_->size()) {
      batch_.reset();
      taken_ = 0;
    }
    return static_cast<unsigned>(count);
  }
  bool finished() const noexcept override { return !batch_ && ring_.finished(); }
  bool inside() const noexcept override { return true; }
  bool arm(Waker& waker) noexcept override {
    ring_.arm(waker);
    return true;
  }

 private:
  HandoverRing& ring_;
  BatchPtr batch_;
  std::size_t taken_ = 0;
};

class HandoverPort::Transmit final : public TxQueue {
 public:
  Transmit(HandoverRing& ring, std::uint16_t port) : ring_(ring), port_(port) {}

  unsigned transmit(std::span<Packet const> packets) noexcept override {
    auto batch = batches_.allocate();
    if (!batch) return 0;
    auto const count = std::min<std::size_t>(packets.size(), Batch::kCapacity);
    for (auto const& packet : packets.first(count)) {
      batch->add(packet);
      (*batch)[batch->size() - 1].out_port = port_;
    }
    batch->received = received;
    return ring_.push(batch) ? static_cast<unsigned>(count) : 0;
  }
  bool inside() const noexcept override { return true; }

 private:
  HandoverRing& ring_;
  std::uint16_t port_;
  BatchPool batches_{Handover::kDepth};
};

HandoverPort::HandoverPort(Port const& device, Handover& handover)
    : Port(device.name()), device_(device) {
  for (unsigned compute = 0; compute < handover.compute_workers(); ++compute) {
    receive_.push_back(std::make_unique<Receive>(handover.in(compute, device.index())));
    transmit_.push_back(std::make_unique<Transmit>(handover.out(compute),
                                                   static_cast<std::uint16_t>(device.index())));
  }
}

HandoverPort::~HandoverPort() = default;

std::string HandoverPort::description() const {
  return device_.description() + ", through IO workers";
}

RxQueue* HandoverPort::rx(unsigned worker) {
  return worker < receive_.size() ? receive_[worker].get() : nullptr;
}

TxQueue* HandoverPort::tx(unsigned worker) {
  return worker < transmit_.size() ? transmit_[worker].get() : nullptr;
}

}  // namespace warpline
