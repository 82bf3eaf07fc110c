// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/base/error.hpp"
#include "io/capture/capture_port.hpp"
#include "io/dpdk/dpdk_port.hpp"
#include "io/generator/generator_options.hpp"
#include "io/generator/replay_port.hpp"

namespace warpline {

/// What a user asks for as one port, understood but not opened; docs/ports.md has the language.
struct PortSpec {
  std::string text{};  ///< as written
  std::variant<GeneratorOptions, CaptureOptions, ReplayOptions, DpdkPortOptions> options;
  std::string name{};   ///< what the pipeline calls it; empty: chosen when it is opened
  bool seeded = false;  ///< a generator with a seed of its own
};

/// A port specification and where it was written.
struct PortText {
  std::string text{};
  std::shared_ptr<Source const> source;  ///< null: the command line
  Position position;                     ///< of the text's first character in the source
};

/// Reads one specification: `gen:size=64,flows=1024`, `pcap:in=FILE,out=FILE`, `replay:FILE`,
/// `0000:3b:00.0,mtu=9000`, `net_null0,size=64`. Throws `ConfigError` with everything that is wrong
/// in it, what was expected, and nearest names.
PortSpec parse_port_spec(PortText const& text);
PortSpec parse_port_spec(std::string const& text);

/// Reads several: also refuses a device, a name or an output file that is asked for twice.
/// Throws `ConfigError` with the errors of all of them.
std::vector<PortSpec> parse_port_specs(std::vector<PortText> const& texts);
std::vector<PortSpec> parse_port_specs(std::vector<std::string> const& texts);

/// Whether frames that the port sends leave the program, for another machine or the kernel: not those
/// of generators, captures, and virtual devices that discard, loop back or write files.
bool leaves_program(PortSpec const& spec);

/// The PCI devices among the ports, with their domains: for `EalRequest::pci`.
std::vector<std::string> pci_addresses(std::span<PortSpec const> specs);

/// What the ports are called once they are open, in order: the name in the specification, the
/// device, or `gen0`, `pcap0`, `replay0` and so on, avoiding the names in `taken`.
std::vector<std::string> port_names(std::span<PortSpec const> specs,
                                    std::vector<std::string> taken = {});

/// What ports are opened with.
struct PortEnvironment {
  DpdkPool& pool;        ///< must outlive the ports
  unsigned workers = 1;  ///< each gets a queue of every port, where the port can
  std::uint64_t seed =
      1;  ///< for generators without a seed of their own: each gets a different one
  bool interrupts =
      false;  ///< workers may sleep until a packet comes, where a device can wake them
  OutputFiles* outputs =
      nullptr;  ///< where files that ports write are added; must outlive the call
};

/// Opens all ports and adds them to `ports` in this order. Nothing flows before `Port::start`.
/// Throws `ConfigError` for the first that cannot be had; those before it are in `ports` then.
void open_ports(std::span<PortSpec const> specs, PortEnvironment const& environment,
                PortSet& ports);

}  // namespace warpline
