// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/output_file.hpp"
#include "core/element/file_uses.hpp"
#include "core/element/port.hpp"
#include "io/dpdk/dpdk_pool.hpp"

namespace warpline {

/// What a port needs to be opened.
struct PortEnvironment {
  DpdkPool& pool;           ///< must outlive the ports
  unsigned workers = 1;     ///< each gets a queue of every port that has enough queues
  std::uint64_t seed = 1;   ///< of the next port that needs one; a port that takes it increments it
  bool interrupts = false;  ///< workers may sleep until a packet comes, if a device can wake them
  OutputFiles* outputs = nullptr;  ///< files that ports write are added; must outlive the call
};

/// A port that a user requested: parsed but not opened. A `PortScheme` creates it.
class PortRequest {
 public:
  virtual ~PortRequest() = default;

  /// Opens the port. Nothing flows before `Port::start`. Throws `ConfigError` if the port
  /// cannot be opened.
  virtual std::unique_ptr<Port> open(std::string name, PortEnvironment& environment) const = 0;

  /// Reads the port's input files to their ends. Returns warnings about them. Throws `ConfigError`.
  virtual std::vector<std::string> inspect() { return {}; }
  /// Bytes of the longest frame in its input files that a packet can hold, once they have been
  /// inspected; 0 if there is none, or if they need no buffers for it.
  virtual std::uint32_t longest_frame() const { return 0; }
  /// The files that it reads and writes.
  virtual std::vector<FileUse> files() const { return {}; }
  /// Link types of the frames that the port will receive, and of those that it can send, once its
  /// input files have been inspected.
  virtual LinkTypeSet received_links() const { return LinkType::kEthernet; }
  virtual LinkTypeSet sent_links() const { return LinkType::kEthernet; }
  /// As `Port::description`, before the port is opened.
  virtual std::string description() const { return "not opened"; }
  virtual bool receives() const { return true; }
  virtual bool transmits() const { return true; }
  /// How many workers get queues at most; none: any number, or unknown before it is opened.
  virtual std::optional<unsigned> max_queues() const { return std::nullopt; }
  /// Whether frames leave the program, for another machine or the kernel.
  virtual bool leaves_program() const { return false; }
  /// With its domain; empty for other devices.
  virtual std::string pci_address() const { return {}; }
};

/// A port's specification. Copies share the request.
struct PortSpec {
  std::string text{};    ///< as written
  std::string scheme{};  ///< of ports without a name: `gen` for gen0, gen1 and so on
  std::string name{};    ///< what the pipeline calls it; empty: chosen when it is opened
  std::shared_ptr<PortRequest> request{};
};

/// A port specification and where it was written.
struct PortText {
  std::string text{};
  std::shared_ptr<Source const> source;  ///< null: the command line
  Position position;                     ///< of the text's first character in the source

  /// The place does not matter.
  friend bool operator==(PortText const& a, PortText const& b) { return a.text == b.text; }
};

/// Parses one specification: `gen:size=64,flows=1024`, `pcap:in=FILE,out=FILE`, `replay:FILE`,
/// `0000:3b:00.0,mtu=9000`, `net_null0,size=64`. Throws `ConfigError` with all errors in it, what
/// was expected, and similar names.
PortSpec parse_port_spec(PortText const& text);
PortSpec parse_port_spec(std::string const& text);

/// Parses several specifications. Also refuses a device, a name or an output file that occurs
/// twice. Throws `ConfigError` with the errors of all of them.
std::vector<PortSpec> parse_port_specs(std::vector<PortText> const& texts);
std::vector<PortSpec> parse_port_specs(std::vector<std::string> const& texts);

/// The PCI devices among the ports, with their domains: for `EalRequest::pci`.
std::vector<std::string> pci_addresses(std::span<PortSpec const> specs);

/// The names of the ports when they are open, in order: the name in the specification, the device,
/// or `gen0`, `pcap0`, `replay0` and so on, without the names in `used_names`.
std::vector<std::string> port_names(std::span<PortSpec const> specs,
                                    std::vector<std::string> used_names = {});

/// Opens all ports and adds them to `ports` in this order. Nothing flows before `Port::start`.
/// Throws `ConfigError` for the first port that cannot be opened; the ports before it are in
/// `ports`.
void open_ports(std::span<PortSpec const> specs, PortEnvironment environment, PortSet& ports);

}  // namespace warpline
