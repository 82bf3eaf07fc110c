// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "elements/ipsec/model/replay_window.hpp"
#include "elements/ipsec/packet/esp_inbound.hpp"
#include "elements/ipsec/packet/esp_outbound.hpp"

/// The cost of ESP without its cryptography: 256 frames of IPv4 in memory go out and come back in
/// bursts of 32, which leaves them unchanged. Cycles a packet of the time-stamp counter: `out`
/// reads the inner packet and encapsulates; `check` finds ESP, checks the replay window and
/// prepares the packet for decryption; `mark` is the replay window's second step; `in`
/// decapsulates.
namespace warpline {
namespace {

using namespace ipsec;

constexpr unsigned kFrames = 256, kBurst = 32, kSlot = 2048, kHeadroom = 128;

struct Frames {
  explicit Frames(unsigned size) : storage(kFrames * kSlot) {
    for (unsigned i = 0; i < kFrames; ++i) {
      Packet packet{};
      packet.data = storage.data() + std::size_t{i} * kSlot + kHeadroom;
      packet.length = static_cast<std::uint16_t>(size);
      packet.headroom = kHeadroom;
      packet.tailroom = static_cast<std::uint16_t>(kSlot - kHeadroom - size);
      auto& ethernet = *packet.header<ether::Header>(0);
      auto& ip = *packet.header<ipv4::Header>(ether::kSize);
      ethernet.type.set(ether::kIpv4);
      ip.version_ihl = 0x45;
      ip.total_length.set(static_cast<std::uint16_t>(size - ether::kSize));
      ip.protocol = protocol::kTcp;
      packets.push_back(packet);
    }
  }
  std::vector<std::uint8_t> storage;
  std::vector<Packet> packets;
};

/// Cycles and drops of one step: of a pass over all frames, and of the fastest, since others use
/// the machine too.
struct Step {
  double pass = 0, best = 1e9;
  unsigned drops = 0;
  template <class Body>
  void run(Body body) {
    auto const begin = cycles();
    for (unsigned i = 0; i < kBurst; ++i) drops += body(i);
    pass += static_cast<double>(cycles() - begin);
  }
  void end_pass() {
    best = std::min(best, pass / kFrames);
    pass = 0;
  }
};

SaEncapsulation form_of(std::string const& name) {
  SaEncapsulation form;
  if (name.find("ipv6") != std::string::npos) form.source.version = form.destination.version = 6;
  if (name.find("transport") != std::string::npos) form.mode = SaMode::kTransport;
  if (name.find("udp") != std::string::npos) form.udp.emplace();
  if (name.find("esn") != std::string::npos) form.esn = true;
  if (name.find("cbc") != std::string::npos) form.iv_size = form.block = 16, form.icv_size = 12;
  return form;
}

template <bool kSingleThreaded>
void there_and_back(benchmark::State& state, std::string const& name) {
  auto const form = form_of(name);
  EspOutbound const out(0x1000, form);
  EspInbound const in(form);
  ReplayWindow window(ReplayWindow::kMin, form.esn);
  Frames frames(static_cast<unsigned>(state.range(0)));
  InnerPacket inner[kBurst];
  std::uint64_t sequence = 1;
  Step out_step, check, mark, in_step;
  for (auto _ : state) {
    for (unsigned index = 0; index < kFrames; index += kBurst, sequence += kBurst) {
      auto* const packets = &frames.packets[index];
      out_step.run([&](unsigned i) {
        parse<Annotation::kNetwork>(packets[i]);
        bool const seen = !inspect_inner(packets[i]).is_drop();
        return !seen || out.check_room(packets[i], inner[i]).is_drop();
      });
      out_step.run([&](unsigned i) {
        return out.encapsulate(packets[i], inner[i], sequence + i, 7), false;
      });
      check.run([&](unsigned i) {
        OuterPacket outer{};
        if (inspect_outer(packets[i], outer) != OuterKind::kEsp) return true;
        auto const number = window.estimate(outer.sequence);
        return window.check(number) != Replay::kFresh ||
               in.prepare(packets[i], outer, number, 7).is_drop();
      });
      mark.run([&](unsigned i) {
        auto const number =
            in.sequence(packets[i], SaTag::kFirstOffset + SaTag(packets[i].tag).offset());
        return window.mark<kSingleThreaded>(number) != Replay::kFresh;
      });
      in_step.run([&](unsigned i) {
        auto const offset = SaTag::kFirstOffset + SaTag(packets[i].tag).offset();
        return in.decapsulate(packets[i], offset).is_drop();
      });
    }
    for (auto* const step : {&out_step, &check, &mark, &in_step}) step->end_pass();
  }
  state.counters["out"] = out_step.best;
  state.counters["check"] = check.best;
  state.counters["mark"] = mark.best;
  state.counters["in"] = in_step.best;
  if (out_step.drops + check.drops + mark.drops + in_step.drops != 0) state.SkipWithError("drops");
  state.SetItemsProcessed(state.iterations() * kFrames);
}

int const registered = [] {
  for (auto const* const name : {"ipv4", "ipv4_alone", "ipv4_cbc", "ipv4_udp", "ipv4_esn", "ipv6",
                                 "transport", "transport_udp_esn"}) {
    auto* const run = std::string(name).find("alone") == std::string::npos ? there_and_back<false>
                                                                           : there_and_back<true>;
    for (int const size : {64, 1408}) {
      benchmark::RegisterBenchmark(name, run, std::string(name))->ArgName("size")->Arg(size);
    }
  }
  return 0;
}();

}  // namespace
}  // namespace warpline
