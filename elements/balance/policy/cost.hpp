// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

namespace warpline::balance {

/// Seconds that a packet costs and seconds that a byte of it costs, learnt from sums over many
/// packets: least squares that forget.
class Cost {
 public:
  /// `memory`: each observation leaves so much of what was known before.
  explicit Cost(double memory = 0.9) : memory_(memory) {}

  void observe(double packets, double bytes, double seconds);
  bool known() const { return packets2_ > 0; }

  /// Of a packet of so many bytes; 0 where nothing is known.
  double packet(double bytes) const;

  struct Parts {
    double packet, byte;
  };
  /// Nothing as long as all packets seen had about the same size: then no one can tell.
  std::optional<Parts> parts() const;

 private:
  double memory_;
  double packets2_ = 0, packets_bytes_ = 0, bytes2_ = 0, packets_seconds_ = 0, bytes_seconds_ = 0;
};

}  // namespace warpline::balance
