// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/generator/generator_port.hpp"

#include <algorithm>

#include "core/base/error.hpp"
#include "io/generator/generator_queues.hpp"
#include "io/generator/releasing_tx.hpp"

namespace warpline {

GeneratorPort::GeneratorPort(std::string name, GeneratorOptions options, GeneratorBuffers buffers,
                             unsigned workers)
    : Port(std::move(name)),
      options_(std::move(options)),
      buffers_(std::move(buffers)),
      flows_((check(), make_flows(options_))),
      payload_(PayloadSource::make(options_.payload, options_.seed, options_.capture)) {
  if (options_.recycled) buffers_.fill(payload_.bytes());
  auto const queues = std::min(workers, options_.flows);
  for (unsigned queue = 0; queue < workers; ++queue) {
    tx_.push_back(std::make_unique<ReleasingTx>(buffers_.pool));
    if (queue >= queues) continue;
    Rx::Share share{{}, PacketQuota(options_.count, options_.rate, queue, queues)};
    if (share.quota.used_up()) continue;
    for (std::size_t flow = queue; flow < flows_.size(); flow += queues)
      share.flows.push_back(flows_[flow]);
    share.first_payload = queue * payload_.starts() / queues;
    share.seed = options_.seed + queue;
    rx_.push_back(std::make_unique<Rx>(*this, std::move(share)));
  }
}

GeneratorPort::~GeneratorPort() = default;

void GeneratorPort::check() const {
  auto const fail = [this](std::string const& reason) {
    throw ConfigError("port '" + name() + "': " + reason);
  };
  if (options_.flows == 0) fail("0 flows; expected at least 1");
  if (options_.sizes.empty() || options_.sizes.size() > 256) fail("expected 1 to 256 frame sizes");
  auto const min_size = options_.is_ipv6() ? Flow::kSize6 : Flow::kSize4;
  for (auto const& size : options_.sizes) {
    if (size.bytes < min_size)
      fail("frames of " + std::to_string(size.bytes) + " bytes; the headers alone take " +
           std::to_string(min_size));
    if (size.bytes > buffers_.frame_size)
      fail("frames of " + std::to_string(size.bytes) + " bytes; the packet buffers hold " +
           std::to_string(buffers_.frame_size));
    if (size.weight == 0) fail("a frame size of no weight");
  }
}

std::string GeneratorPort::description() const {
  std::string text;
  for (auto const& size : options_.sizes) {
    text += (text.empty() ? "" : "+");
    if (size.weight > 1) text += std::to_string(size.weight) + "x";
    text += std::to_string(size.bytes);
  }
  text += " B, " + std::to_string(options_.flows) + (options_.flows == 1 ? " flow, " : " flows, ");
  switch (options_.payload) {
    case PayloadKind::kRandom:
      text += "random payload";
      break;
    case PayloadKind::kText:
      text += "text payload";
      break;
    case PayloadKind::kCapture:
      text += "payload of " + options_.capture;
      break;
  }
  return text + (options_.recycled ? ", recycled" : ", copied for each packet");
}

RxQueue* GeneratorPort::rx(unsigned worker) {
  return worker < rx_.size() ? rx_[worker].get() : nullptr;
}

TxQueue* GeneratorPort::tx(unsigned worker) {
  return worker < tx_.size() ? tx_[worker].get() : nullptr;
}

}  // namespace warpline
