// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/generator_port.hpp"
#include "io/port_spec.hpp"

namespace warpline {
namespace {

/// `gen0`, `gen1`, ...: the first that no port has.
std::string free_name(std::string const& kind, std::span<PortSpec const> specs,
                      PortSet const& ports) {
  for (unsigned number = 0;; ++number) {
    auto name = kind + std::to_string(number);
    bool taken = false;
    for (auto const& spec : specs) taken |= spec.name == name;
    for (auto const& other : ports.names()) taken |= other == name;
    if (!taken) return name;
  }
}

}  // namespace

void open_ports(std::span<PortSpec const> specs, PortEnvironment const& environment,
                PortSet& ports) {
  auto& pool = environment.pool;
  std::uint64_t next_seed = environment.seed;
  for (auto const& spec : specs) {
    auto const name = [&](char const* kind) {
      return spec.name.empty() ? free_name(kind, specs, ports) : spec.name;
    };
    if (auto const* generator = std::get_if<GeneratorOptions>(&spec.options)) {
      auto options = *generator;
      if (!spec.seeded) options.seed = next_seed++;
      GeneratorBuffers buffers{pool, pool.options().frame_size,
                               [&pool](Bytes content) { pool.fill(content); }};
      ports.add(std::make_unique<GeneratorPort>(name("gen"), std::move(options),
                                                std::move(buffers), environment.workers));
    } else if (auto const* capture = std::get_if<CaptureOptions>(&spec.options)) {
      ports.add(std::make_unique<CapturePort>(name("pcap"), *capture, pool));
    } else {
      ports.add(std::make_unique<DpdkPort>(std::get<DpdkPortOptions>(spec.options), pool,
                                           environment.workers));
    }
  }
}

}  // namespace warpline
