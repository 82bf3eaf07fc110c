// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/balance/policy/cost.hpp"

#include <algorithm>

namespace warpline::balance {
namespace {

// Of the determinant of the normal equations in the product of their diagonal: mean sizes that
// spread by about a tenth.
constexpr double kDistinct = 0.01;

}  // namespace

void Cost::observe(double packets, double bytes, double seconds) {
  if (packets <= 0 || bytes < 0 || seconds < 0) return;
  // Every window weighs by its packets: rows are per packet, times the root of the packets.
  auto const size = bytes / packets, packet_seconds = seconds / packets;
  auto const keep = [&](double& sum, double more) { sum = sum * memory_ + packets * more; };
  keep(packets2_, 1);
  keep(packets_bytes_, size);
  keep(bytes2_, size * size);
  keep(packets_seconds_, packet_seconds);
  keep(bytes_seconds_, size * packet_seconds);
}

std::optional<Cost::Parts> Cost::parts() const {
  auto const determinant = packets2_ * bytes2_ - packets_bytes_ * packets_bytes_;
  if (!known() || determinant < kDistinct * packets2_ * bytes2_) return std::nullopt;
  return Parts{(packets_seconds_ * bytes2_ - bytes_seconds_ * packets_bytes_) / determinant,
               (bytes_seconds_ * packets2_ - packets_seconds_ * packets_bytes_) / determinant};
}

double Cost::packet(double bytes) const {
  if (!known()) return 0;
  if (auto const both = parts()) return std::max(0.0, both->packet + both->byte * bytes);
  return packets_seconds_ / packets2_;
}

}  // namespace warpline::balance
