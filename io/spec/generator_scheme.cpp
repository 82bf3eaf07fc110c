// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/spec/generator_scheme.hpp"

#include <algorithm>
#include <limits>

#include "core/base/numbers.hpp"
#include "core/base/text.hpp"
#include "io/capture/capture_reader.hpp"
#include "io/generator/flow_table.hpp"
#include "io/generator/generator_port.hpp"
#include "io/spec/port_scheme.hpp"
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
      options.fail("size",
                   "'" + text.substr(begin, end - begin) +
                       "' is not a frame size; expected bytes, e.g. 64 or 64,1408, or imix");
      return {{}};
    }
    auto const same = [bytes](auto const& size) { return size.bytes == *bytes; };
    if (auto const entry = std::find_if(sizes.begin(), sizes.end(), same); entry != sizes.end())
      ++entry->weight;
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
               "'" + *text + "' is not a range of addresses; expected e.g. " + to_string(fallback));
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

PortSpec parse(PortText const& text) {
  SpecOptions options(text, 4, "gen", {"recycled"});
  auto const request = std::make_shared<GeneratorRequest>();
  PortSpec spec{text.text, "gen", options.text("name").value_or(""), request};
  request->text = text.text;
  auto& generator = request->options;
  if (auto const sizes = options.text("size")) generator.sizes = sizes_of(options, *sizes);
  generator.flows =
      static_cast<unsigned>(options.number("flows", generator.flows, 1, generator.kMaxFlows));
  request->seeded = options.text("seed").has_value();
  generator.seed = options.number("seed", generator.seed, 0, kAny);
  generator.rate = options.rate("rate");
  generator.count = options.number("count", 0, 0, kAny);
  read_payload(options, generator);
  generator.recycled = options.flag("recycled");
  read_addresses(options, generator);
  generator.port = static_cast<std::uint16_t>(options.number("port", generator.port, 1, 65535));
  auto const min_size = generator.is_ipv6() ? Flow::kSize6 : Flow::kSize4;
  for (auto const& size : generator.sizes)
    if (size.bytes < min_size)
      options.fail("size", "frames of " + std::to_string(size.bytes) +
                               " bytes; the headers alone take " + std::to_string(min_size));
  options.finish();
  return spec;
}

PortSchemeRegistration const registration{
    {.name = "gen", .rank = 10, .expected = "gen:...", .nearest = {"gen"}, .parse = parse}};

}  // namespace

GeneratorOptions generator_options(std::string const& text) {
  auto const spec = parse(PortText{text, {}, {}});
  return static_cast<GeneratorRequest const&>(*spec.request).options;
}

std::unique_ptr<Port> GeneratorRequest::open(std::string name, PortEnvironment& environment) const {
  auto result = options;
  if (!seeded) result.seed = environment.seed++;
  auto& pool = environment.pool;
  GeneratorBuffers buffers{pool, pool.options().frame_size,
                           [&pool](Bytes content) { pool.fill(content); }};
  return std::make_unique<GeneratorPort>(std::move(name), std::move(result), std::move(buffers),
                                         environment.workers);
}

std::vector<std::string> GeneratorRequest::inspect() {
  if (options.capture.empty()) return {};
  return summarise_capture(options.capture).warnings(options.capture);
}

std::vector<FileUse> GeneratorRequest::files() const {
  if (options.capture.empty()) return {};
  return {{options.capture, text, FileUse::Kind::kInput}};
}

}  // namespace warpline
