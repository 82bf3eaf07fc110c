// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "measure/ipsec_ceiling.hpp"

#include <algorithm>

#include "core/base/clock.hpp"
#include "core/base/text.hpp"
#include "elements/ipsec/esp/cpu_esp.hpp"

namespace warpline::bench {
namespace {

using ceilings::RawIpsecMb;

/// One direction of a suite, by the interface that is fastest on average: the mean of the window,
/// like the pipeline's rate.
class DirectionCeiling {
 public:
  DirectionCeiling(ipsec::Suite suite, ipsec::Direction direction,
                   std::vector<std::uint32_t> const& sizes, std::size_t sas)
      : raw_(suite, direction, sas), costs_(raw_.interfaces().size()) {
    raw_.prepare(sizes);
    for (auto const interface : raw_.interfaces()) raw_.run(interface, sizes);
  }

  void turn(std::vector<std::uint32_t> const& sizes) {
    auto const interfaces = raw_.interfaces();
    for (std::size_t i = 0; i < interfaces.size(); ++i) {
      auto const begin = cycles();
      for (unsigned pass = 0; pass < kPasses; ++pass) raw_.run(interfaces[i], sizes);
      costs_[i].cycles += cycles() - begin;
      costs_[i].packets += kPasses * RawIpsecMb::kPackets;
    }
  }
  double cycles_per_packet() const {
    double best = 0;
    for (auto const& cost : costs_) {
      auto const one = static_cast<double>(cost.cycles) / static_cast<double>(cost.packets);
      if (best == 0 || one < best) best = one;
    }
    return best;
  }

 private:
  static constexpr unsigned kPasses = 8;
  struct InterfaceCost {
    std::uint64_t cycles = 0, packets = 0;
  };

  RawIpsecMb raw_;
  std::vector<InterfaceCost> costs_;
};

class IpsecCeiling final : public SingleCeiling {
 public:
  IpsecCeiling(ipsec::Suite suite, std::vector<ipsec::Direction> const& directions,
               std::vector<std::uint32_t> sizes, std::size_t sas)
      : SingleCeiling(ipsec::CpuEsp::description() + ", " + counted(sas, "SA")),
        sizes_(std::move(sizes)) {
    sizes_.resize(std::min<std::size_t>(sizes_.size(), RawIpsecMb::kPackets));
    for (auto const direction : directions)
      directions_.push_back(std::make_unique<DirectionCeiling>(suite, direction, sizes_, sas));
  }

  double rate(std::chrono::nanoseconds at_least) override {
    auto const end =
        cycles() + static_cast<std::uint64_t>(std::chrono::duration<double>(at_least).count() *
                                              cycles_per_second());
    do {
      for (auto const& direction : directions_) direction->turn(sizes_);
    } while (cycles() < end);
    double all = 0;
    for (auto const& direction : directions_) all += direction->cycles_per_packet();
    return cycles_per_second() / all;
  }

 private:
  std::vector<std::uint32_t> sizes_;
  std::vector<std::unique_ptr<DirectionCeiling>> directions_;
};

}  // namespace

std::unique_ptr<Ceiling> ipsec_ceiling(ipsec::Suite suite,
                                       std::vector<ipsec::Direction> const& directions,
                                       std::vector<std::uint32_t> sizes, std::size_t sas) {
  return std::make_unique<IpsecCeiling>(suite, directions, std::move(sizes), sas);
}

}  // namespace warpline::bench
