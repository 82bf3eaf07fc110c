// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <utility>
#include <vector>

#include "core/base/clock.hpp"
#include "core/element/context.hpp"
#include "core/element/element.hpp"
#include "core/element/link.hpp"
#include "elements/standard/click_words.hpp"

namespace warpline {
namespace {

constexpr unsigned kRetries = 64;           // for a device: it may never accept more
constexpr unsigned kPatience = 10'000'000;  // for another worker: it will, unless it is stuck

/// The drop reason for packets that the queue refuses.
[[gnu::cold]] DropReason refusal(TxQueue const& queue) {
  auto const* port = dynamic_cast<TxLink const*>(&queue);
  auto const link = port != nullptr ? port->link() : LinkState::kUp;
  if (link == LinkState::kDown) return detail::drop_reason<"link_down">;
  if (link == LinkState::kGone) return detail::drop_reason<"tx_error">;
  return detail::drop_reason<"tx_queue_full">;
}

/// Number of first packets with the same output port. Four at a time: most batches are one run.
std::size_t same_port(std::span<Packet const> packets) {
  auto const port = packets[0].out_port;
  auto const* const begin = packets.data();
  auto const* const end = begin + packets.size();
  auto const* packet = begin + 1;
  while (end - packet >= 4 && packet[0].out_port == port && packet[1].out_port == port &&
         packet[2].out_port == port && packet[3].out_port == port)
    packet += 4;
  while (packet != end && packet->out_port == port) ++packet;
  return static_cast<std::size_t>(packet - begin);
}

/// Sends some packets of the batch and counts them; packets that the queue refuses after some
/// retries are dropped.
void send(TxQueue& queue, Batch const& batch, std::span<Packet const> packets, Outputs& out) {
  auto rest = packets;
  queue.received = batch.received;
  auto const inside = queue.inside();
  auto const limit = inside ? kPatience : kRetries;
  for (unsigned attempt = 0;; ++attempt) {
    auto const sent = queue.transmit(rest);
    if (inside)
      out.count_handed_over(sent);
    else if (sent == batch.size())
      out.count_transmitted(batch, &queue.counters);
    else
      out.count_transmitted(rest.first(sent), batch.received, &queue.counters);
    rest = rest.subspan(sent);
    if (rest.empty()) return;
    if (queue.failed()) return out.drop(rest, detail::drop_reason<"write_failed">);
    if (sent == 0 && attempt >= limit) return out.drop(rest, refusal(queue));
    relax();
  }
}

}  // namespace

/// Sends each packet to its output port: the port on which it arrived unless an element chose
/// another.
///
///     FromInput -> L2Forward(method echoback) -> ToOutput;
///
/// Click's N_QUEUES, PROMISC, NDESC, BURST, IQUEUE, BLOCKING and ACTIVE have no effect; a notice
/// names their replacements.
///
/// Ports: 1 in, 0 out.
/// Arguments: none.
/// Drops: tx_queue_full, link_down, tx_error (the port's interface has vanished), write_failed (a
/// capture cannot be written), no_such_port (the packet's output port does not exist or cannot
/// send).
class ToOutput final : public Element {
 public:
  explicit ToOutput(Args& args) {
    auto& context = args.context();
    for (std::size_t i = 0; i < context.ports.size(); ++i) {
      queues_.push_back(context.ports[i].tx(context.worker));
      if (queues_.back() != nullptr) links_ = links_ & context.ports[i].sent_links();
    }
    if (queues_.empty()) throw args.error("there is no port to send to");
    ignore_click_words(args);
  }
  PortCounts ports() const override { return {1, 0}; }
  /// Any of the ports may be the output port of a packet.
  LinkTypeSet link_types() const override { return links_; }

  void process(BatchPtr batch, unsigned, Outputs& out) noexcept override {
    auto rest = std::as_const(*batch).packets();
    // Packets for one port mostly come together: each run of them is one call. Finding it takes 5.2
    // instructions a packet (benchmarks/instructions, bursts of 32, g++ 12, November 2026).
    while (!rest.empty()) {
      auto const port = rest[0].out_port;
      auto const run = same_port(rest);
      auto* queue = port < queues_.size() ? queues_[port] : nullptr;
      if (queue == nullptr)
        out.drop(rest.first(run), detail::drop_reason<"no_such_port">);
      else
        send(*queue, *batch, rest.first(run), out);
      rest = rest.subspan(run);
    }
  }

 private:
  std::vector<TxQueue*> queues_;
  LinkTypeSet links_ = LinkTypeSet::all();
};
WARPLINE_ELEMENT(ToOutput);

/// Sends packets to one port.
///
///     FromDPDKDevice(0) -> ToDPDKDevice(1);
///
/// Click's N_QUEUES, PROMISC, NDESC, BURST, IQUEUE, BLOCKING and ACTIVE have no effect; a notice
/// names their replacements.
///
/// Ports: 1 in, 0 out.
/// Arguments: PORT: number or name of the port.
/// Drops: tx_queue_full, link_down, tx_error (the port's interface has vanished), write_failed (a
/// capture cannot be written).
class ToDPDKDevice final : public Element {
 public:
  explicit ToDPDKDevice(Args& args) {
    auto const name = args.required<std::string>("PORT");
    ignore_click_words(args);
    try {
      auto& port = args.context().ports.find(name);
      queue_ = port.tx(args.context().worker);
      links_ = port.sent_links();
    } catch (ConfigError const& error) {
      throw args.error(error.what(), "PORT");
    }
    if (queue_ == nullptr) throw args.error(why_not(args.context(), name), "PORT");
  }
  PortCounts ports() const override { return {1, 0}; }
  LinkTypeSet link_types() const override { return links_; }

  void process(BatchPtr batch, unsigned, Outputs& out) noexcept override {
    send(*queue_, *batch, std::as_const(*batch).packets(), out);
  }

 private:
  static std::string why_not(BuildContext& context, std::string const& name) {
    auto const few = describe_few_queues(context.ports.find(name), context.workers);
    return few ? *few : "port '" + name + "' cannot send";
  }

  TxQueue* queue_;
  LinkTypeSet links_;
};
WARPLINE_ELEMENT(ToDPDKDevice);

}  // namespace warpline
