// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <string>

#include "core/element/link.hpp"
#include "core/element/port.hpp"
#include "io/dpdk/device_queues.hpp"

namespace warpline::app {

/// A placeholder port without packets, for pipelines that are only checked.
class PlaceholderPort final : public Port, public QueueAdvice {
 public:
  static constexpr unsigned kManyQueues = std::numeric_limits<unsigned>::max();

  /// `receives`, `sends`: whether it has queues of that kind. `queues`: for at most this number of
  /// workers.
  explicit PlaceholderPort(std::string name, bool receives = true, bool sends = true,
                           unsigned queues = kManyQueues)
      : Port(std::move(name)), receives_(receives), sends_(sends), queues_(queues) {}

  std::string description() const override { return "not opened"; }
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

  bool receives_, sends_;
  unsigned queues_;
  Rx rx_;
  Tx tx_;
};

}  // namespace warpline::app
