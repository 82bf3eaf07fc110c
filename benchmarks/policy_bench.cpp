// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "elements/ipsec/database/spi_table.hpp"
#include "elements/ipsec/policy/policy_table.hpp"

/// Look-ups of policies and of inbound SAs, in cycles a look-up. Packets of 32,768 flows, drawn
/// evenly from the policies or SAs; 32 at once (`batch`) or one by one (`single`).
///
/// Shapes: `sites` a /24 for each policy; `ports` the same with a protocol and an exact port;
/// `nested` sites, each with four policies inside each other; `ranges` ports in ranges; `masks` all
/// combinations of prefix lengths in random order; `misses` the same, and packets that match
/// nothing; `crossed` policies: each field of a packet matches half of them, both fields none.
namespace warpline::ipsec {
namespace {

using Method = PolicyTable::Method;
constexpr std::size_t kPackets = 32768, kBatch = 32;
enum Shape : int { kSites, kPorts, kNested, kRanges, kMasks, kMisses, kCrossed, kSites6 };
constexpr char const* kShapes[] = {"sites", "ports",  "nested",  "ranges",
                                   "masks", "misses", "crossed", "sites6"};

std::mt19937& dice() {
  static std::mt19937 random(1);
  return random;
}
unsigned below(unsigned end) { return static_cast<unsigned>(dice()() % end); }

IpPrefix prefix_of(std::uint32_t address, unsigned length) {
  IpPrefix prefix;
  prefix.length = length;
  address = length == 0 ? 0 : address & ~0u << (32 - length);
  for (unsigned i = 0; i < 4; ++i)
    prefix.address.bytes[i] = static_cast<std::uint8_t>(address >> (24 - 8 * i));
  return prefix;
}

Policy policy_of(Shape shape, unsigned i) {
  Policy policy;
  auto& selector = policy.selector;
  selector.source = prefix_of(0x0a000000, 8);
  switch (shape) {
    case kSites:
    case kSites6:
      selector.destination = prefix_of(0xac000000 + i * 256, 24);
      if (shape == kSites6)
        for (auto* const side : {&selector.source, &selector.destination}) {
          auto& prefix = **side;
          for (unsigned byte = 4; byte-- != 0;)
            prefix.address.bytes[byte + 4] = prefix.address.bytes[byte];
          prefix.address.bytes[0] = 0x20, prefix.address.bytes[1] = 1,
          prefix.address.bytes[2] = 0xd, prefix.address.bytes[3] = 0xb8;
          prefix.address.version = 6;
          prefix.length += 32;
        }
      break;
    case kPorts:
      selector.destination = prefix_of(0xac000000 + i / 4 * 256, 24);
      selector.protocol = 6;
      selector.destination_port = {static_cast<std::uint16_t>(80 + i % 4),
                                   static_cast<std::uint16_t>(80 + i % 4)};
      break;
    case kNested: {
      unsigned const lengths[] = {32, 28, 24, 16};
      selector.destination = prefix_of(0xac000000 + i / 4 * 65536 + 1, lengths[i % 4]);
      policy.priority = i % 4;
      break;
    }
    case kRanges:
      selector.destination = prefix_of(0xac000000 + i / 8 * 256, 24);
      selector.protocol = 17;
      selector.destination_port = {static_cast<std::uint16_t>(i % 8 * 1000),
                                   static_cast<std::uint16_t>(i % 8 * 1000 + 900)};
      break;
    case kCrossed: {
      auto const prefix =
          prefix_of(0x80000000 | static_cast<std::uint32_t>(dice()()), 2 + i / 2 % 31);
      selector.source = i % 2 == 0 ? prefix_of(0, 0) : prefix;
      selector.destination = i % 2 == 0 ? prefix : prefix_of(0, 0);
      policy.priority = below(1u << 30);
      break;
    }
    case kMasks:
    case kMisses:
      selector.source = prefix_of(static_cast<std::uint32_t>(dice()()), 1 + i % 32);
      selector.destination = prefix_of(static_cast<std::uint32_t>(dice()()), 1 + i / 32 % 32);
      if (below(2) == 0) selector.protocol = below(2) == 0 ? 6 : 17;
      if (below(2) == 0)
        selector.destination_port = {static_cast<std::uint16_t>(below(1024)), 1023};
      policy.priority = below(1u << 30);
      break;
  }
  return policy;
}

FlowKey packet_of(Shape shape, Policy const& policy) {
  FlowKey key;
  auto const& selector = policy.selector;
  key.version = selector.source->address.version;
  auto const fill = [](IpPrefix const& prefix, std::uint64_t* words) {
    for (unsigned bit = 0; bit < prefix.width(); ++bit) {
      std::uint64_t const value =
          bit < prefix.length ? prefix.address.bytes[bit / 8] >> (7 - bit % 8) & 1u : below(2);
      words[bit / 64] |= value << (63 - bit % 64);
    }
  };
  if (shape == kMisses || shape == kCrossed) {
    key.source[0] = static_cast<std::uint64_t>(dice()()) << 32;
    key.destination[0] = static_cast<std::uint64_t>(dice()()) << 32;
    if (shape == kCrossed) key.source[0] &= ~0ull >> 1, key.destination[0] &= ~0ull >> 1;
    key.transport = FlowKey::opaque(50);
    return key;
  }
  fill(*selector.source, key.source);
  fill(*selector.destination, key.destination);
  auto const& ports = selector.destination_port;
  auto const port = ports.first + below(ports.last - ports.first + 1u);
  key.transport =
      FlowKey::ports(selector.protocol.value_or(6), static_cast<std::uint16_t>(below(65536)),
                     static_cast<std::uint16_t>(port));
  return key;
}

void report(benchmark::State& state) {
  auto const lookups = static_cast<double>(state.iterations()) * kPackets;
  state.counters["cycles/lookup"] = benchmark::Counter(
      lookups / cycles_per_second(), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

/// Arguments: shape, policies, method, batch.
void policies(benchmark::State& state) {
  auto const shape = static_cast<Shape>(state.range(0));
  dice().seed(1);
  std::vector<Policy> all;
  for (unsigned i = 0; i < static_cast<unsigned>(state.range(1)); ++i)
    all.push_back(policy_of(shape, i));
  PolicyTable const table(all, PolicyDirection::kOut, static_cast<Method>(state.range(2)));
  std::vector<FlowKey> packets;
  for (std::size_t i = 0; i < kPackets; ++i)
    packets.push_back(packet_of(shape, all[below(static_cast<unsigned>(all.size()))]));
  std::vector<std::uint32_t> matches(kPackets);
  for (auto _ : state) {
    if (state.range(3) == 0)
      for (std::size_t i = 0; i < kPackets; ++i) matches[i] = table.find(packets[i]);
    else
      for (std::size_t i = 0; i < kPackets; i += kBatch)
        table.find({&packets[i], kBatch}, &matches[i]);
    benchmark::DoNotOptimize(matches.data());
  }
  report(state);
  auto const unit = table.method(all[0].selector.source->address.version) == Method::kTuples;
  state.SetLabel(std::string(kShapes[shape]) + (unit ? ", tuples" : ", bits") +
                 (state.range(3) == 0 ? ", single" : ", batch"));
}
BENCHMARK(policies)
    ->ArgNames({"shape", "policies", "method", "batch"})
    ->ArgsProduct({{kSites, kSites6, kPorts, kNested, kRanges, kMasks, kMisses, kCrossed},
                   {1, 10, 100, 1000, 10000},
                   {static_cast<int>(Method::kChoose)},
                   {0, 1}});
/// The origin of `PolicyTable::kMaxProbes`.
BENCHMARK(policies)
    ->Name("threshold")
    ->ArgNames({"shape", "policies", "method", "batch"})
    ->ArgsProduct({{kMasks},
                   {1, 2, 4, 8, 16, 32, 64, 128, 256, 1024},
                   {static_cast<int>(Method::kTuples), static_cast<int>(Method::kBits)},
                   {1}});
BENCHMARK(policies)
    ->Name("threshold")
    ->ArgNames({"shape", "policies", "method", "batch"})
    ->ArgsProduct({{kSites, kNested, kRanges},
                   {1000, 10000},
                   {static_cast<int>(Method::kTuples), static_cast<int>(Method::kBits)},
                   {1}});

/// Arguments: SAs, whether each is for one destination, batch.
void spis(benchmark::State& state) {
  Quiescence readers;
  SpiTable table(readers);
  auto const count = static_cast<unsigned>(state.range(0));
  auto const address_of = [](unsigned i) {
    IpAddress address;
    address.bytes = {192, 0, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)};
    return address;
  };
  for (unsigned i = 0; i < count; ++i)
    table.add(0x10000 + i * 2654435761u,
              state.range(1) == 0 ? std::nullopt : std::optional(address_of(i)), i);
  readers.collect();
  dice().seed(1);
  std::vector<SpiKey> keys;
  for (std::size_t i = 0; i < kPackets; ++i) {
    auto const sa = below(count);
    keys.push_back(SpiKey::of(0x10000 + sa * 2654435761u, address_of(sa)));
  }
  std::vector<std::uint32_t> matches(kPackets);
  for (auto _ : state) {
    if (state.range(2) == 0)
      for (std::size_t i = 0; i < kPackets; ++i) matches[i] = table.find(keys[i]);
    else
      for (std::size_t i = 0; i < kPackets; i += kBatch)
        table.find(std::span(keys).subspan(i, kBatch), &matches[i]);
    benchmark::DoNotOptimize(matches.data());
  }
  if (std::count(matches.begin(), matches.end(), SpiTable::kNone) != 0)
    state.SkipWithError("an SA was not found");
  report(state);
}
BENCHMARK(spis)
    ->ArgNames({"sas", "destination", "batch"})
    ->ArgsProduct({{1, 100, 10000, 100000}, {0, 1}, {0, 1}});

void online(benchmark::State& state) {
  Quiescence domain;
  Quiescence::Reader reader(domain);
  for (auto _ : state) {
    reader.online();
    reader.offline();
    benchmark::ClobberMemory();
  }
}
BENCHMARK(online);

void quiescent(benchmark::State& state) {
  Quiescence domain;
  Quiescence::Reader reader(domain);
  for (auto _ : state) {
    reader.quiescent();
    benchmark::ClobberMemory();
  }
}
BENCHMARK(quiescent);

}  // namespace
}  // namespace warpline::ipsec
