// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/spec/port_spec.hpp"

#include <net/if.h>

#include <algorithm>
#include <filesystem>
#include <limits>

#include "core/base/numbers.hpp"
#include "core/base/text.hpp"
#include "io/generator/flow_table.hpp"
#include "io/spec/spec_options.hpp"

namespace warpline {
namespace {

constexpr auto kAny = std::numeric_limits<std::uint64_t>::max();

std::vector<GeneratorOptions::Size> sizes_of(SpecOptions& options, std::string const& text) {
  if (text == "imix") return GeneratorOptions::imix();
  std::vector<GeneratorOptions::Size> sizes;
  for (std::size_t begin = 0; begin <= text.size();) {
    auto const end = std::min(text.find(',', begin), text.size());
    auto const bytes = to_number<unsigned>(std::string_view(text).substr(begin, end - begin));
    if (!bytes || *bytes > DpdkPool::kMaxFrameSize) {
      options.fail("size", "'" + text.substr(begin, end - begin) +
                               "' is no frame size; expected bytes such as 64 or 64,1408, or imix");
      return {{}};
    }
    auto const same = [bytes](auto const& size) { return size.bytes == *bytes; };
    if (auto const found = std::find_if(sizes.begin(), sizes.end(), same); found != sizes.end())
      ++found->weight;
    else
      sizes.push_back({*bytes, 1});
    begin = end + 1;
  }
  return sizes;
}

IpPrefix addresses_of(SpecOptions& options, std::string const& key, IpPrefix fallback) {
  auto const text = options.text(key);
  if (!text || text->empty()) return fallback;
  if (auto const prefix = parse_prefix(*text, HostBits::kRefuse)) return *prefix;
  options.fail(key,
               "'" + *text + "' is no range of addresses; expected such as " + to_string(fallback));
  return fallback;
}

void read_addresses(SpecOptions& options, GeneratorOptions& generator) {
  auto const family = options.number("ip", 0, 4, 6);
  if (family == 5) options.fail("ip", "'ip' is '5'; expected 4 or 6");
  auto from = generator.from, to = generator.to;
  if (family == 6) {
    from = *parse_prefix("2001:db8::/64");
    to = *parse_prefix("2001:db8:1::/64");
  }
  generator.from = addresses_of(options, "from", from);
  generator.to = addresses_of(options, "to", to);
  auto const same_version = [&] {
    return generator.from.address.version == generator.to.address.version;
  };
  // A single range determines the version of the other one.
  if (family == 0 && !same_version()) {
    if (!options.text("to")) generator.to = *parse_prefix("2001:db8:1::/64");
    if (!options.text("from")) generator.from = *parse_prefix("2001:db8::/64");
  }
  if (!same_version() || (family != 0 && generator.to.address.version != family))
    options.fail("from", "addresses of different families");
  generator.hosts = options.number("hosts", 0, 1, kAny);
  if (generator.hosts > generator.to.hosts())
    options.fail("hosts", "'hosts' is '" + std::to_string(generator.hosts) + "'; " +
                              to_string(generator.to) + " has " +
                              counted(generator.to.hosts(), "address", "es"));
}

void read_payload(SpecOptions& options, GeneratorOptions& generator) {
  constexpr std::string_view kCapture = "pcap:";
  auto const payload = options.text("payload");
  if (!payload || payload->empty() || *payload == "random") return;
  if (*payload == "text") {
    generator.payload = PayloadKind::kText;
  } else if (payload->starts_with(kCapture) && payload->size() > kCapture.size()) {
    generator.payload = PayloadKind::kCapture;
    generator.capture = payload->substr(kCapture.size());
  } else {
    options.fail("payload", "'payload' is '" + *payload + "'; expected random, text or pcap:FILE" +
                                did_you_mean(*payload, {"random", "text"}));
  }
}

PortSpec generator_spec(PortText const& text, std::size_t begin) {
  SpecOptions options(text, begin, "gen", {"recycled"});
  PortSpec spec{text.text, GeneratorOptions{}, options.text("name").value_or(""), false};
  auto& generator = std::get<GeneratorOptions>(spec.options);
  if (auto const sizes = options.text("size")) generator.sizes = sizes_of(options, *sizes);
  generator.flows =
      static_cast<unsigned>(options.number("flows", generator.flows, 1, generator.kMostFlows));
  spec.seeded = options.text("seed").has_value();
  generator.seed = options.number("seed", generator.seed, 0, kAny);
  generator.rate = options.rate("rate");
  generator.count = options.number("count", 0, 0, kAny);
  read_payload(options, generator);
  generator.recycled = options.flag("recycled");
  read_addresses(options, generator);
  generator.port = static_cast<std::uint16_t>(options.number("port", generator.port, 1, 65535));
  auto const least = generator.is_ipv6() ? Flow::kSize6 : Flow::kSize4;
  for (auto const& size : generator.sizes)
    if (size.bytes < least)
      options.fail("size", "frames of " + std::to_string(size.bytes) +
                               " bytes; the headers alone take " + std::to_string(least));
  options.finish();
  return spec;
}

/// What stands before the first key, or `in`; empty where there is neither.
std::string input_file(SpecOptions& options) {
  auto const first = options.positional();
  auto file = options.text("in").value_or(first.value_or(""));
  if (first && file != *first) options.fail("in", "the input file is given twice");
  return file;
}

PortSpec capture_spec(PortText const& text, std::size_t begin) {
  SpecOptions options(text, begin, "pcap", {});
  PortSpec spec{text.text, CaptureOptions{}, options.text("name").value_or(""), false};
  auto& capture = std::get<CaptureOptions>(spec.options);
  capture.in = input_file(options);
  capture.out = options.text("out").value_or("");
  auto const cut = options.text("cut");
  if (cut && *cut == "refuse")
    capture.cut = CaptureOptions::Cut::kRefuse;
  else if (cut && *cut != "pad" && !cut->empty())
    options.fail("cut", "'cut' is '" + *cut + "'; expected pad or refuse");
  if (capture.in.empty() && capture.out.empty())
    options.fail("", "a capture port needs in=FILE or out=FILE");
  options.finish();
  return spec;
}

PortSpec replay_spec(PortText const& text, std::size_t begin) {
  SpecOptions options(text, begin, "replay", {});
  PortSpec spec{text.text, ReplayOptions{}, options.text("name").value_or(""), false};
  auto& replay = std::get<ReplayOptions>(spec.options);
  replay.file = input_file(options);
  if (replay.file.empty()) options.fail("", "a replay port needs a capture: replay:FILE");
  replay.rate = options.rate("rate");
  replay.count = options.number("count", 0, 0, kAny);
  options.finish();
  return spec;
}

PortSpec device_spec(PortText const& text, std::string const& name) {
  SpecOptions options(text, std::min(name.size() + 1, text.text.size()), name, {});
  bool const pci = is_pci_address(name);
  PortSpec spec{text.text, DpdkPortOptions{}, {}, false};
  auto& device = std::get<DpdkPortOptions>(spec.options);
  device.device = pci ? full_pci_address(name) : name;
  device.mtu = static_cast<unsigned>(options.number("mtu", 0, 68, 65535 - 18));
  device.descriptors = static_cast<unsigned>(options.number("descriptors", 0, 1, 65535));
  if (options.text("pad")) device.pad = static_cast<int>(options.number("pad", 60, 0, 1500));
  device.promiscuous = options.yes("promiscuous", true);
  if (!pci)
    for (auto const& piece : options.rest())
      device.arguments += (device.arguments.empty() ? "" : ",") + piece;
  options.finish();
  return spec;
}

[[noreturn]] void fail_unknown(PortText const& text, std::string const& word) {
  constexpr char kExpected[] =
      "expected gen:..., pcap:..., replay:..., a PCI address such as 0000:3b:00.0, or a virtual "
      "device of DPDK "
      "such as net_null0";
  auto message = "'" + word + "' is no port; " + kExpected;
  if (!word.empty() && if_nametoindex(word.c_str()) != 0)
    message += "; a network interface of the kernel is net_af_packet0,iface=" + word;
  else
    message += did_you_mean(word, {"gen", "pcap", "replay", "net_null0", "net_ring0", "net_tap0",
                                   "net_pcap0", "net_af_packet0", "net_af_xdp0", "net_memif0"});
  throw ConfigError(spec_fault(text, 0, message));
}

/// What there may be only one of.
std::vector<std::string> claims_of(PortSpec const& spec) {
  std::vector<std::string> claims;
  if (!spec.name.empty()) claims.push_back("port '" + spec.name + "'");
  if (auto const* device = std::get_if<DpdkPortOptions>(&spec.options))
    claims.push_back("port '" + device->device + "'");
  if (auto const* capture = std::get_if<CaptureOptions>(&spec.options);
      capture && !capture->out.empty()) {
    std::error_code none;
    auto const path = std::filesystem::absolute(capture->out, none);
    claims.push_back("output file " + std::filesystem::weakly_canonical(path, none).string());
  }
  return claims;
}

}  // namespace

PortSpec parse_port_spec(PortText const& text) {
  auto const word = text.text.substr(0, text.text.find_first_of(",="));
  auto const starts = [&](std::string const& kind) {
    return text.text == kind || text.text.starts_with(kind + ":");
  };
  if (starts("gen")) return generator_spec(text, 4);
  if (starts("pcap")) return capture_spec(text, 5);
  if (starts("replay")) return replay_spec(text, 7);
  if (is_pci_address(word) || word.starts_with("net_") || word.starts_with("eth_"))
    return device_spec(text, word);
  fail_unknown(text, word.substr(0, word.find(':')));
}

PortSpec parse_port_spec(std::string const& text) {
  return parse_port_spec(PortText{text, {}, {}});
}

std::vector<PortSpec> parse_port_specs(std::vector<PortText> const& texts) {
  std::vector<PortSpec> specs;
  std::vector<std::string> claimed;
  Diagnostics diagnostics(nullptr);
  for (auto const& text : texts) {
    try {
      specs.push_back(parse_port_spec(text));
    } catch (ConfigError const& error) {
      diagnostics.error({}, error);
      continue;
    }
    for (auto const& claim : claims_of(specs.back())) {
      if (std::find(claimed.begin(), claimed.end(), claim) != claimed.end())
        diagnostics.error(spec_fault(text, 0, claim + " is asked for twice"));
      claimed.push_back(claim);
    }
  }
  diagnostics.throw_errors();
  return specs;
}

std::vector<PortSpec> parse_port_specs(std::vector<std::string> const& texts) {
  std::vector<PortText> plain;
  for (auto const& text : texts) plain.push_back({text, {}, {}});
  return parse_port_specs(plain);
}

bool leaves_program(PortSpec const& spec) {
  auto const* const dpdk = std::get_if<DpdkPortOptions>(&spec.options);
  if (dpdk == nullptr) return false;
  // DPDK takes eth_ for net_ too.
  auto const device =
      dpdk->device.starts_with("eth_") ? "net_" + dpdk->device.substr(4) : dpdk->device;
  if (device.starts_with("net_null") || device.starts_with("net_ring")) return false;
  return !device.starts_with("net_pcap") ||
         (',' + dpdk->arguments).find(",iface=") != std::string::npos;
}

std::vector<std::string> pci_addresses(std::span<PortSpec const> specs) {
  std::vector<std::string> addresses;
  for (auto const& spec : specs)
    if (auto const* device = std::get_if<DpdkPortOptions>(&spec.options))
      if (is_pci_address(device->device)) addresses.push_back(device->device);
  return addresses;
}

}  // namespace warpline
