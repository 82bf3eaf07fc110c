// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/bench/test_sas.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <memory>
#include <stdexcept>

#include "elements/ipsec/cpu_esp.hpp"
#include "elements/ipsec/esp_sender.hpp"
#include "elements/ipsec/sa_file.hpp"
#include "io/capture_writer.hpp"
#include "io/generator_port.hpp"
#include "io/port_spec.hpp"

namespace warpline::bench {
namespace {

// Up to here the generator's usual destinations, 10.1.0.0/16, have an address for each tunnel.
constexpr unsigned kUsual = 1u << 16;

/// Digits of a key of so many bytes, of its own for each tunnel.
std::string made_up_key(unsigned tunnel, unsigned size) {
  std::string digits;
  char byte[3];
  for (unsigned i = 0; i < size; ++i) {
    std::snprintf(byte, sizeof byte, "%02x", (i < 4 ? tunnel >> (24 - 8 * i) : i) & 255);
    digits += byte;
  }
  return digits;
}

}  // namespace

std::string destinations(unsigned tunnels) {
  return tunnels <= kUsual ? "10.1.0.0/16" : "10.128.0.0/9";
}

void write_test_sas(std::string const& path, ipsec::SuiteInfo const& suite, unsigned tunnels,
                    std::string const& words) {
  unsigned const host_bits = tunnels <= kUsual ? 16 : 23;
  std::uint32_t const first = tunnels <= kUsual ? 0x0a010000 : 0x0a800000;
  unsigned bits = 0;
  while ((1u << bits) < tunnels) ++bits;
  std::ofstream file(path);
  for (unsigned i = 0; i < tunnels; ++i) {
    char line[512];
    std::snprintf(line, sizeof line,
                  "src 192.0.2.1 dst 198.%u.%u.%u proto esp spi 0x%x mode tunnel %s\n"
                  "  %s '%s' 0x",
                  18 + (i >> 16), i >> 8 & 255, i & 255, 0x1000 + i, words.c_str(),
                  suite.aead() ? "aead" : "enc", std::string(suite.cipher).c_str());
    auto const code_bits = 8 * suite.icv_size;
    file << line << made_up_key(i, suite.key_size + suite.salt_size);
    if (suite.aead())
      file << ' ' << code_bits << '\n';
    else
      file << "\n  auth-trunc '" << suite.authentication << "' 0x"
           << made_up_key(i, suite.authentication_key_size) << ' ' << code_bits << '\n';
    auto const net = first + (i << (host_bits - bits));
    // Where the tunnels are no power of two, the last ones share what is left: first match wins.
    bool const last = i + 1 == tunnels && tunnels != 1u << bits;
    std::snprintf(line, sizeof line, "  sel src 0.0.0.0/0 dst %u.%u.%u.%u/%u\n", net >> 24,
                  net >> 16 & 255, net >> 8 & 255, net & 255, 32 - host_bits + (last ? 0 : bits));
    file << line;
  }
  if (!file.flush()) throw std::runtime_error(path + ": cannot be written");
}

std::vector<std::uint32_t> write_esp_capture(std::string const& path, std::string const& sa_path,
                                             ipsec::Suite suite, Traffic const& traffic,
                                             unsigned count) {
  constexpr unsigned kBurst = 32, kRoom = 128;
  auto options = std::get<GeneratorOptions>(parse_port_spec(generator_spec(traffic)).options);
  unsigned longest = 0;
  for (auto const& size : options.sizes) longest = std::max(longest, size.bytes);
  HeapBufferPool pool(kBurst, longest, kRoom);
  GeneratorPort generator("traffic", std::move(options), {pool, longest, [](Bytes) {}}, 1);
  auto sas = ipsec::load_sa_file(sa_path);
  for (auto& sa : sas) {
    sa.direction = ipsec::Direction::kOutbound;  // as the peer has it
    if (sa.replay_window != 0)
      throw ConfigError(sa_path +
                        ": the same packets come over and over, and an SA refuses replays; give "
                        "each of them replay-window 0");
  }
  std::erase_if(sas, [&](auto const& sa) { return sa.suite != suite; });
  ipsec::EspSender sender(std::make_shared<ipsec::SaDatabase>(sas, std::vector<ipsec::Policy>()));
  ipsec::CpuEsp cpu(sender.slots().cpu_keys());
  CaptureWriter capture(path);
  capture.begin();
  std::vector<std::uint32_t> sizes;
  while (sizes.size() < count) {
    Packet packets[kBurst];
    Verdict verdicts[kBurst];
    auto const got = generator.rx(0)->receive(packets);
    for (auto const& packet : std::span(packets, got)) sizes.push_back(packet.length);
    if (!sender.encapsulate({packets, got}, verdicts))
      throw ConfigError(sa_path + ": its SAs do not take packets from 10.0.0.0/16 to " +
                        destinations(1));
    cpu.protect({packets, got});
    for (auto const& packet : std::span(packets, got)) {
      if (!capture.write({packet.data, packet.length}, sizes.size()))
        throw std::runtime_error(path + ": cannot be written: " + capture.error());
    }
    pool.release({packets, got});
  }
  capture.finish();
  if (capture.failed()) throw std::runtime_error(path + ": cannot be written: " + capture.error());
  return sizes;
}

}  // namespace warpline::bench
