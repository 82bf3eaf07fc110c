// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <vector>

#include "core/element/context.hpp"
#include "core/element/handover.hpp"
#include "core/element/polled_element.hpp"
#include "core/packet/annotations.hpp"

namespace warpline {
namespace {

Handover& handover_of(Args& args) {
  auto* handover = args.context().handover;
  if (handover == nullptr)
    throw args.error("this run has no IO workers; expected the split topology");
  return *handover;
}

/// The same for both directions of a flow of IPv4 or IPv6, tagged or not; 0 for other frames.
std::uint32_t flow_of(Packet const& packet) {
  auto const sum = [&](unsigned first, unsigned words) {
    std::uint32_t hash = 0;
    for (unsigned i = 0; i < words; ++i)
      if (auto const* word = packet.header<be32>(packet.l2_length + first + 4 * i))
        hash += word->host() * 0x9e3779b1u;
    return hash ^ hash >> 15;
  };
  if ((packet.flags & header_flag::kIpv4) != 0) return sum(12, 2);
  if ((packet.flags & header_flag::kIpv6) != 0) return sum(8, 8);
  return 0;
}

}  // namespace

/// Hands batches to the compute workers of this IO worker; several of them get whole flows.
///
/// The split topology inserts it after `FromInput`. If a compute worker is slower, nothing is
/// dropped: sources wait.
///
///     FromInput -> ToCompute; FromCompute -> ToOutput;
///
/// Ports: 1 in, 0 out.
/// Arguments: none.
/// Drops: no_batch (the worker's batches are used up).
class ToCompute final : public PolledElement {
 public:
  using Uses = Annotations<Annotation::kNetwork>;

  explicit ToCompute(Args& args)
      : handover_(handover_of(args)), served_(handover_.served_by(args.context().worker)) {
    waiting_.reserve(Handover::kDepth);
  }
  PortCounts ports() const override { return {1, 0}; }
  LinkTypeSet link_types() const override {
    return served_.size() == 1 ? LinkTypeSet::all() : LinkType::kEthernet;
  }
  /// A single compute worker gets every batch whole: no header is read.
  std::optional<AnnotationUse> annotations() const override {
    return served_.size() == 1 ? std::optional(AnnotationUse{}) : std::nullopt;
  }
  bool congested() const noexcept override { return !waiting_.empty(); }

  void process(BatchPtr batch, unsigned, Outputs& out) noexcept override {
    if (served_.size() == 1) return hand(std::move(batch), served_[0], out);
    for (auto const& packet : batch->packets()) {
      auto& share = shares_[flow_of(packet) % served_.size()];
      if (!share) {
        share = out.batches().allocate();
        if (!share) {
          out.drop({&packet, 1}, detail::drop_reason<"no_batch">);
          continue;
        }
        share->received = batch->received;
      }
      share->add(packet);
    }
    for (std::size_t i = 0; i < shares_.size(); ++i)
      if (shares_[i]) hand(std::move(shares_[i]), served_[i], out);
  }

  unsigned poll(Outputs& out) noexcept override {
    auto waiting = std::move(waiting_);
    waiting_.clear();
    waiting_.swap(spare_);
    unsigned packets = 0;
    for (auto& [batch, compute] : waiting) {
      auto const count = batch->size();
      auto const before = waiting_.size();
      hand(std::move(batch), compute, out);
      if (waiting_.size() == before) packets += count;
    }
    waiting.clear();
    spare_ = std::move(waiting);
    if (draining_ && waiting_.empty()) close();
    return packets;
  }
  std::size_t held() const noexcept override {
    std::size_t packets = 0;
    for (auto const& each : waiting_) packets += each.batch->size();
    return packets;
  }
  void drain() noexcept override { draining_ = true; }

 private:
  struct Waiting {
    BatchPtr batch;
    unsigned compute;
  };

  void hand(BatchPtr batch, unsigned compute, Outputs& out) noexcept {
    auto const packets = batch->size();
    // After a batch that waits, all batches for the same compute worker wait too, to keep the
    // order.
    auto const must_wait = std::any_of(waiting_.begin(), waiting_.end(),
                                       [&](auto const& each) { return each.compute == compute; });
    if (!must_wait && handover_.in(compute, (*batch)[0].in_port).push(batch))
      out.count_handed_over(packets);
    else
      waiting_.push_back({std::move(batch), compute});
  }
  void close() noexcept {
    for (auto const compute : served_)
      for (unsigned port = 0; port < handover_.ports(); ++port) handover_.in(compute, port).close();
    draining_ = false;
  }

  Handover& handover_;
  std::vector<unsigned> served_;
  std::vector<BatchPtr> shares_ = std::vector<BatchPtr>(served_.size());
  std::vector<Waiting> waiting_, spare_;  // bounded by the worker's batches: sources stop meanwhile
  bool draining_ = false;
};
WARPLINE_ELEMENT(ToCompute);

/// Receives batches from compute workers, for the output port in each packet.
///
/// The split topology inserts it before `ToOutput`.
///
///     FromInput -> ToCompute; FromCompute -> ToOutput;
///
/// Ports: 0 in, 1 out.
/// Arguments: none.
/// Drops: none.
class FromCompute final : public PolledElement {
 public:
  explicit FromCompute(Args& args) {
    auto& handover = handover_of(args);
    for (auto const compute : handover.served_by(args.context().worker))
      rings_.push_back(&handover.out(compute));
  }
  PortCounts ports() const override { return {0, 1}; }
  LinkTypeSet link_types() const override { return LinkTypeSet::all(); }
  void process(BatchPtr, unsigned, Outputs&) noexcept override {}

  unsigned poll(Outputs& out) noexcept override {
    unsigned packets = 0;
    for (auto* ring : rings_)
      if (auto batch = ring->pop()) {
        packets += batch->size();
        out.count_taken_over(batch->size());
        out.emit(std::move(batch));
      }
    return packets;
  }
  bool drained() const noexcept override {
    for (auto const* ring : rings_)
      if (!ring->finished()) return false;
    return true;
  }
  bool arm(Waker& waker) noexcept override {
    for (auto* ring : rings_) ring->arm(waker);
    return true;
  }

 private:
  std::vector<HandoverRing*> rings_;
};
WARPLINE_ELEMENT(FromCompute);

}  // namespace warpline
