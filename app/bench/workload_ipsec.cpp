// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "app/bench/options.hpp"
#include "app/bench/scratch_folder.hpp"
#include "app/bench/traffic.hpp"
#include "app/bench/workload.hpp"
#include "benchmarks/ceilings/ipsec.hpp"
#include "core/clock.hpp"
#include "elements/ipsec/cpu_esp.hpp"
#include "elements/ipsec/sa_file.hpp"
#include "elements/ipsec/suite.hpp"

namespace warpline::bench {
namespace {

/// ipsec-mb on frames of the same sizes, by the interface that is fastest on the average: the mean
/// of the window, as the pipeline's rate is.
class IpsecCeiling final : public Ceiling {
 public:
  IpsecCeiling(ipsec::Suite suite, Frames const& frames) : raw_(suite) {
    for (auto const& frame : frames) {
      if (sizes_.size() == raw_.kPackets) break;
      sizes_.push_back(static_cast<std::uint32_t>(frame.size()));
    }
    raw_.prepare(sizes_);
  }

  double measure(std::chrono::nanoseconds at_least) override {
    struct Tried {
      std::uint64_t cycles = 0, packets = 0;
    };
    auto const interfaces = raw_.interfaces();
    std::vector<Tried> tried(interfaces.size());
    for (auto const interface : interfaces) raw_.run(interface, sizes_);
    auto const end =
        cycles() + static_cast<std::uint64_t>(std::chrono::duration<double>(at_least).count() *
                                              cycles_per_second());
    while (cycles() < end)
      for (std::size_t i = 0; i < interfaces.size(); ++i) {
        auto const begin = cycles();
        for (unsigned pass = 0; pass < kPasses; ++pass) raw_.run(interfaces[i], sizes_);
        tried[i].cycles += cycles() - begin;
        tried[i].packets += kPasses * raw_.kPackets;
      }
    double best = 0;
    for (auto const& each : tried)
      best = std::max(best, static_cast<double>(each.packets) / static_cast<double>(each.cycles));
    return best * cycles_per_second();
  }

 private:
  static constexpr unsigned kPasses = 8;

  ceilings::RawIpsecMb raw_;
  std::vector<std::uint32_t> sizes_;
};

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

/// SAs with keys that everybody may know, one for each of `tunnels` equal parts of the addresses
/// that the generator sends to (10.1.0.0/16).
void write_sas(std::string const& path, ipsec::SuiteInfo const& suite, unsigned tunnels) {
  unsigned bits = 0;
  while ((1u << bits) < tunnels) ++bits;
  std::ofstream file(path);
  for (unsigned i = 0; i < tunnels; ++i) {
    auto const net = bits == 0 ? 0 : i << (16 - bits);
    char line[512];
    std::snprintf(line, sizeof line,
                  "src 192.0.2.1 dst 198.51.%u.%u proto esp spi 0x%x mode tunnel\n  %s '%s' 0x",
                  100 + (i >> 14), i >> 6 & 255, 0x1000 + i, suite.aead() ? "aead" : "enc",
                  std::string(suite.cipher).c_str());
    auto const code_bits = 8 * suite.icv_size;
    file << line << made_up_key(i, suite.key_size + suite.salt_size);
    if (suite.aead())
      file << ' ' << code_bits << '\n';
    else
      file << "\n  auth-trunc '" << suite.authentication << "' 0x"
           << made_up_key(i, suite.authentication_key_size) << ' ' << code_bits << '\n';
    // Where the tunnels are no power of two, the last ones share what is left: first match wins.
    std::snprintf(line, sizeof line, "  sel src 0.0.0.0/0 dst 10.1.%u.%u/%u\n", net >> 8 & 255,
                  net & 255, i + 1 == tunnels && tunnels != 1u << bits ? 16 : 16 + bits);
    file << line;
  }
  if (!file.flush()) throw std::runtime_error(path + ": cannot be written");
}

}  // namespace

std::vector<Case> ipsec_cases(Options const& options) {
  auto const folder = std::make_shared<ScratchFolder>();
  std::vector<Case> cases;
  for (auto const& name : options.cases) {
    auto const& suite = ipsec::info(ipsec::find_suite(name).value());
    std::string sa;
    if (options.sa.empty()) {
      sa = folder->path() + "/" + name + ".sa";
      write_sas(sa, suite, options.tunnels);
    } else {
      sa = std::filesystem::absolute(options.sa).string();
      ipsec::load_sa_file(sa);  // says now what is wrong with it
    }
    for (auto const& sizes : options.sizes) {
      Traffic const traffic{sizes, "random", {}, !options.fresh};
      Case made;
      made.subject.name = name;
      made.subject.sizes = sizes;
      made.subject.labels = {options.sa.empty() ? std::to_string(options.tunnels) + " tunnels"
                                                : "SAs of " + options.sa,
                             payload_label(traffic)};
      made.ports = {generator_spec(traffic)};
      // `folder` is kept for as long as a pipeline may be made.
      made.pipeline = [folder, name, sa, burst = options.burst](std::string const& balancer) {
        return "FromInput(BURST " + std::to_string(burst) + ") -> " + balancer +
               " -> IPsecEncrypt(" + name + ", " + quote(sa) + ") -> ToOutput;";
      };
      made.source_sink = "FromInput(BURST " + std::to_string(options.burst) + ") -> ToOutput;";
      made.ceiling_name = ipsec::CpuEsp::description() + ", one SA";
      made.ceiling = [id = suite.suite](CeilingInput const& input) {
        return std::make_unique<IpsecCeiling>(id, input.frames);
      };
      cases.push_back(std::move(made));
    }
  }
  return cases;
}

}  // namespace warpline::bench
