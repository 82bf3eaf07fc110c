// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "io/generator/generator_port.hpp"
#include "io/spec/port_spec.hpp"

namespace warpline {
std::vector<std::string> port_names(std::span<PortSpec const> specs,
                                    std::vector<std::string> taken) {
  std::vector<std::string> names;
  for (auto const& spec : specs) {
    auto const* device = std::get_if<DpdkPortOptions>(&spec.options);
    names.push_back(device != nullptr ? device->device : spec.name);
    taken.push_back(names.back());
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::string const kind = std::holds_alternative<CaptureOptions>(specs[i].options)  ? "pcap"
                             : std::holds_alternative<ReplayOptions>(specs[i].options) ? "replay"
                                                                                       : "gen";
    for (unsigned number = 0; names[i].empty(); ++number) {
      auto const name = kind + std::to_string(number);
      if (std::find(taken.begin(), taken.end(), name) != taken.end()) continue;
      names[i] = name;
      taken.push_back(name);
    }
  }
  return names;
}

void open_ports(std::span<PortSpec const> specs, PortEnvironment const& environment,
                PortSet& ports) {
  auto& pool = environment.pool;
  std::uint64_t next_seed = environment.seed;
  auto const names = port_names(specs, ports.names());
  for (std::size_t i = 0; i < specs.size(); ++i) {
    auto const& spec = specs[i];
    if (auto const* generator = std::get_if<GeneratorOptions>(&spec.options)) {
      auto options = *generator;
      if (!spec.seeded) options.seed = next_seed++;
      GeneratorBuffers buffers{pool, pool.options().frame_size,
                               [&pool](Bytes content) { pool.fill(content); }};
      ports.add(std::make_unique<GeneratorPort>(names[i], std::move(options), std::move(buffers),
                                                environment.workers));
    } else if (auto const* capture = std::get_if<CaptureOptions>(&spec.options)) {
      ports.add(std::make_unique<CapturePort>(names[i], *capture, pool, environment.outputs));
    } else if (auto const* replay = std::get_if<ReplayOptions>(&spec.options)) {
      ports.add(std::make_unique<ReplayPort>(names[i], *replay, pool, pool.options().frame_size,
                                             environment.workers));
    } else {
      auto options = std::get<DpdkPortOptions>(spec.options);
      options.interrupts = environment.interrupts;
      ports.add(std::make_unique<DpdkPort>(std::move(options), pool, environment.workers));
    }
  }
}

}  // namespace warpline
