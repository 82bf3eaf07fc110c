// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <span>

#include "core/element/metrics.hpp"
#include "io/generator/generator_port.hpp"
#include "io/generator/packet_quota.hpp"
#include "io/generator/size_schedule.hpp"

/// The queues of `GeneratorPort`: the hot path. For sources in `io/` only.
namespace warpline {

/// A worker's share of the generated packets. Worker's thread.
class GeneratorPort::Rx final : public RxQueue {
 public:
  /// This queue's share of all packets.
  struct Share {
    std::vector<Flow> flows;
    PacketQuota quota;
    std::size_t first_payload = 0;
    std::uint64_t seed = 1;
  };

  Rx(GeneratorPort const& port, Share share)
      : pool_(port.buffers_.pool),
        payload_(port.payload_),
        flows_(std::move(share.flows)),
        schedule_(port.options_.sizes, share.seed),
        quota_(share.quota),
        start_(share.first_payload),
        recycled_(port.options_.recycled),
        ipv6_(port.options_.is_ipv6()) {
    for (auto const& size : port.options_.sizes) sizes_.push_back(size.bytes);
    if (ipv6_ && !recycled_) sum_payloads();
  }

  unsigned receive(std::span<Packet> packets) noexcept override {
    auto const count = quota_.grant(static_cast<unsigned>(packets.size()));
    packets = packets.first(count);
    if (count == 0 || !pool_.allocate(packets)) return 0;
    if (!ipv6_)
      recycled_ ? fill<false, false>(packets) : fill<false, true>(packets);
    else
      recycled_ ? fill<true, false>(packets) : fill<true, true>(packets);
    quota_.count(count);
    return count;
  }
  bool finished() const noexcept override { return quota_.used_up(); }

 private:
  static constexpr unsigned kInline = 64;

  template <bool kIpv6, bool kFresh>
  void fill(std::span<Packet> packets) noexcept {
    constexpr auto kHeaders = kIpv6 ? Flow::kSize6 : Flow::kSize4;
    bool const one_size = sizes_.size() == 1;
    std::uint64_t const space = packets[0].tailroom;  // of all: they are fresh from the pool
    for (auto& packet : packets) {
      auto const size_class = one_size ? 0 : schedule_.next();
      auto const size = sizes_[size_class];
      auto const& flow = flows_[flow_];
      if (++flow_ == flows_.size()) flow_ = 0;
      if constexpr (kIpv6) {
        auto const sum = kFresh ? payload_sums_[start_ * sizes_.size() + size_class] : 0;
        write_ipv6_headers(packet.data, flow, size, kFresh, static_cast<std::uint16_t>(sum));
      } else {
        write_ipv4_headers(packet.data, flow, size, identification_++);
      }
      if constexpr (kFresh) {
        copy_payload(packet.data + kHeaders, size - kHeaders);
        if (++start_ == payload_.starts()) start_ = 0;
      }
      packet.arrive(port_index, size, BufferPool::kHeadroom, space - size);
    }
  }

  void copy_payload(std::uint8_t* to, std::size_t size) const noexcept {
    auto const* from = payload_.start(start_);
    // A fixed size needs no call; the bytes that it writes after a short frame are tailroom.
    std::memcpy(to, from, kInline);
    if (size > kInline) std::memcpy(to + kInline, from + kInline, size - kInline);
  }

  void sum_payloads() {
    for (std::size_t start = 0; start < payload_.starts(); ++start) {
      for (auto const size : sizes_) {
        auto const sum = checksum_sum({payload_.start(start), size - Flow::kSize6});
        payload_sums_.push_back(static_cast<std::uint16_t>(~checksum_of(sum)));
      }
    }
  }

  BufferPool& pool_;
  PayloadSource const& payload_;
  std::vector<Flow> flows_;
  std::vector<unsigned> sizes_;
  SizeSchedule schedule_;
  std::vector<std::uint16_t> payload_sums_;  // by start and size, for the checksum over IPv6
  PacketQuota quota_;
  std::size_t flow_ = 0;
  std::size_t start_;
  std::uint16_t identification_ = 0;
  bool recycled_;
  bool ipv6_;
};

}  // namespace warpline
