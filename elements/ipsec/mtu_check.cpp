// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/mtu_check.hpp"

namespace warpline::ipsec {

MtuCheck::MtuCheck(std::shared_ptr<SaDatabase> database, std::uint32_t mtu)
    : database_(std::move(database)), slots_(database_->slots()), mtu_(mtu) {}

bool MtuCheck::measure(std::span<Packet const> packets, Measured* measured) noexcept {
  bool all = true;
  for (auto const& packet : packets) {
    measured->fit = measure(packet, *measured);
    all = all && measured->fit == Fit::kFits;
    ++measured;
  }
  return all;
}

Fit MtuCheck::measure(Packet const& packet, Measured& measured) const noexcept {
  auto& inner = measured.inner;
  measured.verdict = inspect_inner(packet);
  if (measured.verdict.is_drop()) return Fit::kDrop;
  if (!slots_.holds(packet.tag, Direction::kOutbound)) {
    measured.verdict = drop<"no_sa">();
    return Fit::kDrop;
  }
  auto const& esp = slots_.outbound(packet.tag).esp;
  if (!esp.is_transport()) {
    measured.max_size = static_cast<std::uint16_t>(esp.most_inner(mtu_));
  } else {
    // The amount of padding in a block depends on the headers, which are not parsed if even a whole
    // block fits.
    constexpr std::uint32_t kMaxPadding = 15;
    if (packet.ip_length <= esp.most_inner(mtu_ - kMaxPadding)) return Fit::kFits;
    measured.verdict = esp.inspect_transport(packet, inner);
    if (measured.verdict.is_drop()) return Fit::kDrop;
    measured.max_size = static_cast<std::uint16_t>(esp.most_inner(mtu_, inner.headers));
  }
  if (packet.ip_length <= measured.max_size) return Fit::kFits;
  return fragment_flags(packet) == 0 && !esp.is_transport() ? Fit::kFragment : Fit::kReport;
}

}  // namespace warpline::ipsec
