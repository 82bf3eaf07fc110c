// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

namespace warpline::balance {

/// The seconds that a packet and a byte of it cost, learnt from sums over many packets: least
/// squares with exponential forgetting.
class Cost {
 public:
  /// `memory`: the weight of earlier observations at each new one.
  explicit Cost(double memory = 0.9) : memory_(memory) {}

  void observe(double packets, double bytes, double seconds);
  bool known() const { return packets2_ > 0; }

  /// The cost of a packet of this size; 0 if unknown.
  double packet(double bytes) const;

  struct Parts {
    double packet, byte;
  };
  /// No value while all packets had about the same size, because the two costs cannot be separated.
  std::optional<Parts> parts() const;

 private:
  double memory_;
  double packets2_ = 0, packets_bytes_ = 0, bytes2_ = 0, packets_seconds_ = 0, bytes_seconds_ = 0;
};

}  // namespace warpline::balance
