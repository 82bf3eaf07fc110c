// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <memory>
#include <string>

#include "core/element/link.hpp"
#include "core/element/port.hpp"
#include "io/dpdk/device_queues.hpp"
#include "io/spec/port_spec.hpp"

namespace warpline::app {

/// A port without packets in place of a requested one, for pipelines that are only checked.
class PlaceholderPort final : public Port, public QueueAdvice {
 public:
  /// `request`: null for a port of any kind.
  PlaceholderPort(std::string name, std::shared_ptr<PortRequest const> request)
      : Port(std::move(name)), request_(std::move(request)) {
    if (!request_) return;
    receives_ = request_->receives();
    sends_ = request_->transmits();
    queues_ = request_->max_queues().value_or(queues_);
  }

  std::string description() const override {
    return request_ ? request_->description() : "not opened";
  }
  LinkTypeSet received_links() const override {
    return request_ ? request_->received_links() : LinkType::kEthernet;
  }
  LinkTypeSet sent_links() const override {
    return request_ ? request_->sent_links() : LinkType::kEthernet;
  }
  RxQueue* rx(unsigned worker) override { return receives_ && worker < queues_ ? &rx_ : nullptr; }
  TxQueue* tx(unsigned worker) override { return sends_ && worker < queues_ ? &tx_ : nullptr; }
  std::string queue_advice(unsigned workers) const override {
    return queue_argument(name(), workers);
  }

 private:
  struct Rx final : RxQueue {
    unsigned receive(std::span<Packet>) noexcept override { return 0; }
    bool finished() const noexcept override { return true; }
  };
  struct Tx final : TxQueue {
    unsigned transmit(std::span<Packet const>) noexcept override { return 0; }
    bool failed() const noexcept override { return true; }
  };

  std::shared_ptr<PortRequest const> request_;
  bool receives_ = true, sends_ = true;
  unsigned queues_ = std::numeric_limits<unsigned>::max();
  Rx rx_;
  Tx tx_;
};

}  // namespace warpline::app
