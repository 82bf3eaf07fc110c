// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <memory>

#include "app/bench/options.hpp"
#include "app/bench/workload.hpp"
#include "elements/ipsec/config/sa_file.hpp"
#include "measure/esp_capture.hpp"
#include "measure/ipsec_ceiling.hpp"
#include "measure/scratch_folder.hpp"
#include "measure/test_sas.hpp"
#include "measure/traffic.hpp"

namespace warpline::bench {
namespace {

/// A value of `--directions`: the pipeline's work on a packet, and its ceiling.
struct DirectionOption {
  std::string name;
  std::string suffix;  ///< of the suite's name in reports
  std::string words;   ///< of the SAs that are generated for it
  std::vector<ipsec::Direction> directions;
};

std::vector<DirectionOption> const kDirections = {
    {"out", "", "dir out", {ipsec::Direction::kOutbound}},
    {"in", " in", "dir in replay-window 0", {ipsec::Direction::kInbound}},
    {"both",
     " both",
     "replay-window 4096",
     {ipsec::Direction::kOutbound, ipsec::Direction::kInbound}}};

/// Frames of a capture for `in`: enough that each tunnel has some, and that caches are used
/// realistically.
unsigned captured_frames(unsigned tunnels) { return std::max(1024u, tunnels); }

/// The part of the pipeline after the balancer.
std::string work(std::string const& direction, std::string const& suite, std::string const& sa) {
  auto const file = quote(sa);
  if (direction == "out") return "IPsecEncrypt(" + suite + ", " + file + ") -> ToOutput;";
  if (direction == "in") return "IPsecDecrypt(" + file + ") -> ToOutput;";
  return "spd :: IPsecPolicy(" + file + ");\nspd[0] -> IPsecEncrypt(SA " + file +
         ", TAGGED true) -> esp :: IPsecClassifier;\nesp[0] -> IPsecDecrypt(" + file +
         ") -> out :: ToOutput;\nspd[1] -> out;\nesp[1] -> out;";
}

/// Everything about a case that does not depend on the size.
struct Maker {
  Options const& options;
  std::shared_ptr<ScratchFolder> folder;
  ipsec::SuiteInfo const& suite;
  DirectionOption const& direction;

  std::string sa_file() const {
    if (!options.sa.empty()) return std::filesystem::absolute(options.sa).string();
    auto const path = folder->path() + "/" + std::string(suite.name) + "-" + direction.name + ".sa";
    if (!std::filesystem::exists(path))
      write_test_sas(path, suite, *options.tunnels, direction.words);
    return path;
  }

  /// SAs of the suite that packets are sent by.
  std::size_t sa_count() const {
    if (options.sa.empty()) return *options.tunnels;
    std::size_t count = 0;
    for (auto const& sa : ipsec::load_sa_file(options.sa)) count += sa.suite == suite.suite;
    return std::max<std::size_t>(count, 1);
  }

  Case make(std::string const& sizes) const {
    auto const sa = sa_file();
    std::string const name(suite.name);
    Traffic traffic{sizes, "random", {}, !options.fresh};
    traffic.flows = *options.flows;
    spread_over_tunnels(*options.tunnels, traffic);
    Case result;
    result.subject.name = name + direction.suffix;
    result.subject.sizes = sizes;
    result.subject.labels = {options.sa.empty() ? std::to_string(*options.tunnels) + " tunnels"
                                                : "SAs of " + options.sa};
    std::vector<std::uint32_t> plain;
    if (direction.name == "in") {
      traffic.recycled = false;
      auto const capture = folder->path() + "/" + name + "-" + sizes + ".pcap";
      auto const frames = captured_frames(*options.tunnels);
      plain = write_esp_capture(capture, sa, suite.suite, traffic, frames);
      result.ports = {"replay:" + quote(capture)};
      result.subject.labels.push_back(std::to_string(frames) +
                                      " ESP packets again and again, copied from memory; replays "
                                      "accepted");
    } else {
      result.ports = {generator_spec(traffic)};
      result.subject.labels.push_back(payload_label(traffic));
    }
    auto const source = "FromInput(BURST " + std::to_string(*options.burst) + ") -> ";
    // `folder` is kept until no pipeline can be built any more.
    result.pipeline = [kept = folder, source,
                       rest = work(direction.name, name, sa)](std::string const& balancer) {
      return source + balancer + " -> " + rest;
    };
    result.source_sink = source + "ToOutput;";
    result.ceiling = [id = suite.suite, directions = direction.directions, plain,
                      sas = sa_count()](CeilingInput const& input) {
      auto lengths = plain;
      if (lengths.empty())
        for (auto const& frame : input.frames)
          lengths.push_back(static_cast<std::uint32_t>(frame.size()));
      return ipsec_ceiling(id, directions, std::move(lengths), sas);
    };
    return result;
  }
};

}  // namespace

std::vector<std::string> ipsec_directions() {
  std::vector<std::string> names;
  for (auto const& direction : kDirections) names.push_back(direction.name);
  return names;
}

std::vector<Case> ipsec_cases(Options const& options) {
  auto const folder = std::make_shared<ScratchFolder>();
  if (!options.sa.empty()) ipsec::load_sa_file(options.sa);  // reports errors in it now
  std::vector<Case> cases;
  for (auto const& name : options.cases) {
    auto const& suite = ipsec::info(ipsec::find_suite(name).value());
    for (auto const& direction : kDirections) {
      if (std::find(options.directions.begin(), options.directions.end(), direction.name) ==
          options.directions.end())
        continue;
      Maker const maker{options, folder, suite, direction};
      for (auto const& sizes : options.sizes) cases.push_back(maker.make(sizes));
    }
  }
  return cases;
}

}  // namespace warpline::bench
