// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "measure/ceilings/forward.hpp"

#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include <array>
#include <stdexcept>
#include <utility>

#include "core/base/clock.hpp"
#include "core/element/port.hpp"
#include "core/net/wire.hpp"

namespace warpline::ceilings {
namespace {

constexpr unsigned kMaxBurst = 256;
constexpr unsigned kBurstsPerLook = 16;  // at the clock

inline void swap_addresses(void* frame) { static_cast<ether::Header*>(frame)->swap_addresses(); }

/// Calls `burst`, which returns the number of packets sent, for a tenth of the time and then for
/// the whole time.
template <class Burst>
double rate_of(Burst burst, std::chrono::nanoseconds at_least) noexcept {
  auto const whole = std::chrono::duration<double>(at_least).count() * cycles_per_second();
  std::uint64_t sent = 0;
  auto const run = [&](double duration) {
    sent = 0;
    auto const begin = cycles();
    std::uint64_t spent = 0;
    do {
      for (unsigned i = 0; i < kBurstsPerLook; ++i) sent += burst();
      spent = cycles() - begin;
    } while (static_cast<double>(spent) < duration);
    return static_cast<double>(spent);
  };
  run(whole / 10);
  auto const spent = run(whole);
  return static_cast<double>(sent) / spent * cycles_per_second();
}

}  // namespace

double forward(std::vector<std::string> const& devices, std::uint16_t queue, unsigned burst,
               std::chrono::nanoseconds at_least) {
  std::vector<std::uint16_t> ports;
  for (auto const& device : devices)
    if (rte_eth_dev_get_port_by_name(device.c_str(), &ports.emplace_back()) != 0)
      throw std::runtime_error("there is no DPDK device '" + device + "'");
  std::array<rte_mbuf*, kMaxBurst> mbufs;
  auto const count = static_cast<std::uint16_t>(burst);
  std::size_t next = 0;
  return rate_of(
      [&]() -> unsigned {
        auto const port = ports[next];
        next = next + 1 < ports.size() ? next + 1 : 0;
        auto const received = rte_eth_rx_burst(port, queue, mbufs.data(), count);
        for (unsigned i = 0; i < received; ++i) swap_addresses(rte_pktmbuf_mtod(mbufs[i], void*));
        auto const sent = rte_eth_tx_burst(port, queue, mbufs.data(), received);
        if (sent < received)
          rte_pktmbuf_free_bulk(mbufs.data() + sent, static_cast<unsigned>(received - sent));
        return sent;
      },
      at_least);
}

double forward(RxQueue& rx, TxQueue& tx, unsigned burst,
               std::chrono::nanoseconds at_least) noexcept {
  std::array<Packet, kMaxBurst> packets;
  return rate_of(
      [&]() -> unsigned {
        auto const received = rx.receive({packets.data(), burst});
        for (unsigned i = 0; i < received; ++i) swap_addresses(packets[i].data);
        return tx.transmit({packets.data(), received});
      },
      at_least);
}

}  // namespace warpline::ceilings
