// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/port.hpp"

namespace warpline::app {

/// A port that nothing comes from and nothing leaves by: for pipelines that are only checked.
class PretendPort final : public Port {
 public:
  /// `receives`, `sends`: whether it has queues of that kind.
  explicit PretendPort(std::string name, bool receives = true, bool sends = true)
      : Port(std::move(name)), receives_(receives), sends_(sends) {}

  std::string description() const override { return "not opened"; }
  RxQueue* rx(unsigned) override { return receives_ ? &rx_ : nullptr; }
  TxQueue* tx(unsigned) override { return sends_ ? &tx_ : nullptr; }

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
  Rx rx_;
  Tx tx_;
};

}  // namespace warpline::app
