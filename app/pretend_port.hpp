// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/port.hpp"

namespace warpline::app {

/// A port that nothing comes from and nothing leaves by: for pipelines that are only checked.
class PretendPort final : public Port {
 public:
  explicit PretendPort(std::string name) : Port(std::move(name)) {}

  std::string description() const override { return "not opened"; }
  RxQueue* rx(unsigned) override { return &rx_; }
  TxQueue* tx(unsigned) override { return &tx_; }

 private:
  struct Rx final : RxQueue {
    unsigned receive(std::span<Packet>) noexcept override { return 0; }
    bool finished() const noexcept override { return true; }
  };
  struct Tx final : TxQueue {
    unsigned transmit(std::span<Packet const>) noexcept override { return 0; }
    bool failed() const noexcept override { return true; }
  };

  Rx rx_;
  Tx tx_;
};

}  // namespace warpline::app
