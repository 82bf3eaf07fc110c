// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/bench/options.hpp"

#include <algorithm>

#include "app/bench/workload.hpp"
#include "app/session/units.hpp"
#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "elements/ipsec/model/suite.hpp"
#include "io/generator/generator_options.hpp"

namespace warpline::bench {
namespace {

constexpr unsigned kLongestFrame = 16000;
constexpr unsigned kMaxTunnels = 1u << 17, kMaxFlows = GeneratorOptions::kMaxFlows;
constexpr unsigned kMaxTrials = 1000;
// In a shorter window the caches of the worker are still cold, and the device has not worked yet.
constexpr std::chrono::milliseconds kMinWindow{10};

void add_list(app::CommandLine& command, std::string const& name, std::vector<std::string>& list,
              std::string const& help) {
  command.add_option(name, list, help).delimiter(',').single().type_name("LIST");
}

/// Refuses doubles, since they would be measured twice and reported as one.
void check_distinct(std::vector<std::string> const& list, std::string const& what) {
  for (auto entry = list.begin(); entry != list.end(); ++entry)
    if (std::find(list.begin(), entry, *entry) != entry)
      throw ConfigError("'" + *entry + "' is there twice in " + what);
}

bool has(std::vector<std::string> const& list, std::string const& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

void check_sizes(Options const& options) {
  unsigned longest = 0;
  for (auto const& size : options.sizes)
    if (size != "imix") longest = std::max(longest, static_cast<unsigned>(parse_size(size)));
  if (longest > options.session.buffer_size.value_or(2048))
    throw ConfigError("frames of " + std::to_string(longest) +
                      " bytes need longer buffers; give --buffer-size " + std::to_string(longest));
}

/// Refuses options that the workload would ignore.
void check_belonging(Options const& options) {
  auto const belongs = [&](char const* option, bool given, char const* workload) {
    if (given && options.workload != workload)
      throw ConfigError(std::string(option) + " belongs to 'bench " + workload + "'");
  };
  belongs("--sa", !options.sa.empty(), "ipsec");
  belongs("--directions", !options.directions.empty(), "ipsec");
  belongs("--tunnels", options.tunnels.has_value(), "ipsec");
  belongs("--flows", options.flows.has_value(), "ipsec");
  belongs("--fresh", options.fresh, "ipsec");
  belongs("--patterns", !options.patterns.empty(), "ids");
  belongs("--pcap", !options.pcap.empty(), "ids");
  belongs("--rules", !options.rules.empty(), "ids");
  belongs("--vars", !options.vars.empty(), "ids");
  belongs("--suricata", !options.suricata.empty(), "ids");
  if (options.tunnels && !options.sa.empty())
    throw ConfigError("--tunnels is for generated SAs; --sa FILE has its own tunnels");
  if (options.mix && !has(options.devices, "mix"))
    throw ConfigError("--mix sets the share of the device 'mix'; expected it among --devices");
}

template <class T>
void check_range(char const* option, T value, T min, T max) {
  if (value < min || value > max)
    throw ConfigError(std::string(option) + " is " + std::to_string(value) + "; expected " +
                      std::to_string(min) + " to " + std::to_string(max));
}

/// Sets the length and the number of trials and checks them.
void complete_trials(Options& options) {
  if (!options.repeat) options.repeat = options.quick ? 1 : 5;
  check_range("--repeat", *options.repeat, 1u, kMaxTrials);
  if (!options.window)
    options.window = options.quick ? kQuickWindow : std::chrono::milliseconds(200);
  if (*options.window < kMinWindow)
    throw ConfigError("--duration is shorter than " + std::to_string(kMinWindow.count()) +
                      "ms; expected at least that");
}

/// Refuses options that `bench ids --rules` would ignore, or that need it.
void check_rules(Options const& options) {
  if (options.rules.empty()) {
    for (auto const& [option, given] :
         {std::pair{"--vars", !options.vars.empty()}, {"--suricata", !options.suricata.empty()}})
      if (given) throw ConfigError(std::string(option) + " belongs to 'bench ids --rules FILE'");
    return;
  }
  if (options.pcap.empty()) throw ConfigError("--rules needs traffic; give --pcap FILE");
  auto const& session = options.session;
  bool const only_cpu =
      options.devices.empty() || options.devices == std::vector<std::string>{"cpu"};
  bool const one_worker = session.workers.value_or(1) == 1 && session.cores.size() <= 1;
  for (auto const& [option, given] : {std::pair{"--patterns", !options.patterns.empty()},
                                      {"--cases", !options.cases.empty()},
                                      {"--sizes", !options.sizes.empty()},
                                      {"--html", !options.html.empty()},
                                      {"--devices other than cpu", !only_cpu},
                                      {"--workers above 1", !one_worker},
                                      {"--io-cores", !session.io_cores.empty()}})
    if (given)
      throw ConfigError(std::string(option) +
                        " does not go with --rules, which measures one worker on a capture");
}

}  // namespace

unsigned parse_size(std::string const& text) {
  return static_cast<unsigned>(app::parse_count(text, "--sizes", 60, kLongestFrame));
}

void add_options(app::CommandLine& command, Options& options) {
  command.add_option("WORKLOAD", options.workload, "Measure " + workload_list())
      .required()
      .type_name("");
  add_list(command, "--cases,--suites,--payloads", options.cases,
           "Suites of ipsec, payload kinds of ids (random, text, pcap), or ports of l2fwd "
           "(generator, net_null)");
  add_list(
      command, "--sizes", options.sizes,
      "Measure frames of these sizes in bytes without FCS, or imix (default 64,256,1024,1408)");
  add_list(command, "--devices", options.devices,
           "Measure these devices: cpu, host, cuda:0, adaptive, mix (default: all and "
           "adaptive)");
  command.add_option("--mix", options.mix, "Set the CPU's share of 'mix' (default 0.5)")
      .type_name("SHARE");
  command
      .add_option("--sa", options.sa, "ipsec: Read SAs from FILE (default: generated, test keys)")
      .type_name("FILE");
  add_list(command, "--directions", options.directions,
           "ipsec: Measure out (encrypt), in (decrypt) or both (a gateway: out and in again; "
           "default out)");
  command.add_option("--tunnels", options.tunnels, "ipsec: Generate N SAs (default 1024)")
      .type_name("N");
  command
      .add_option("--flows", options.flows,
                  "ipsec: Generate N flows (default 4096, at least 4 per tunnel)")
      .type_name("N");
  command
      .add_option("--patterns", options.patterns,
                  "ids: Read patterns from FILE (default: 3,000 generated)")
      .type_name("FILE");
  command
      .add_option(
          "--pcap", options.pcap,
          "ids: Also scan the payloads of a capture (payload 'pcap'); with --rules, replay it")
      .type_name("FILE");
  command
      .add_option(
          "--rules", options.rules,
          "ids: Measure the element IDS with these files of Suricata rules on the capture of "
          "--pcap; compare it with a search alone (hs_scan) and with Suricata")
      .type_name("FILE");
  command
      .add_option(
          "--vars", options.vars,
          "ids: Take the variables of --rules from this suricata.yaml (default: HOME_NET is the "
          "private networks)")
      .type_name("FILE");
  command
      .add_option(
          "--suricata", options.suricata,
          "ids: Compare with this Suricata, or with none if 'off' (default: suricata in PATH, "
          "else that of scripts/setup oracle)")
      .type_name("PROGRAM");
  command.add_flag("--fresh", options.fresh, "ipsec: Copy a payload into every packet");
  command
      .add_option("--burst", options.burst,
                  "Receive at most N packets at a time (default 64, ipsec 256)")
      .type_name("N");
  command
      .add_option_function(
          "--duration",
          [&options](std::string const& text) {
            options.window = app::parse_duration(text, "--duration");
          },
          "Measure for TIME in each trial (default 200ms, at least 10ms)")
      .type_name("TIME");
  command
      .add_option("--repeat", options.repeat,
                  "Measure each case in N trials (default 5; a verdict needs 3)")
      .type_name("N");
  command.add_flag("--quick", options.quick,
                   "Measure two sizes with one short window each (no verdict)");
  command.add_flag("--show-pipeline", options.show_pipeline, "Print every pipeline before it runs");
  command.add_option("--json", options.json, "Write the results as JSON to FILE; - is stdout")
      .type_name("FILE");
  command.add_option("--html", options.html, "Write a report with plots as one HTML page")
      .type_name("FILE");
  app::add_session_options(command, options.session);
  // The benchmark creates its ports, and opens the devices that it measures.
  for (auto const* name : {"--port", "--device"}) command.remove_option(name);
}

void complete(Options& options) {
  auto const& workload = workload_named(options.workload);
  check_belonging(options);
  if (!options.session.ports.empty())
    throw ConfigError(
        "a benchmark creates its own ports; remove [[port]] from the deployment file");
  if (!options.mix) options.mix = 0.5;
  if (*options.mix < 0 || *options.mix > 1) throw ConfigError("--mix is a share from 0 to 1");
  if (!options.tunnels) options.tunnels = 1024;
  check_range("--tunnels", *options.tunnels, 1u, kMaxTunnels);
  if (!options.flows) options.flows = std::max(4096u, 4 * *options.tunnels);
  check_range("--flows", *options.flows, 1u, kMaxFlows);
  if (options.directions.empty()) options.directions = {"out"};
  auto const directions = ipsec_directions();
  for (auto const& name : options.directions)
    if (std::find(directions.begin(), directions.end(), name) == directions.end())
      throw ConfigError("'" + name + "' is not a direction; expected " + alternatives(directions) +
                        did_you_mean(name, directions));
  // Of a batch the last lanes of a multi-buffer cipher run half empty: with 16 and CBC a batch of
  // 64 costs 15 % more a packet than one of 256.
  if (!options.burst) options.burst = options.workload == "ipsec" ? 256 : 64;
  check_range("--burst", *options.burst, 1u, 256u);
  complete_trials(options);
  check_rules(options);
  if (!options.rules.empty()) {
    options.session.workers = 1;
    options.session.host_cores = 0;
    options.session.devices = {"cpu"};
    return;
  }

  if (options.cases.empty()) {
    options.cases = workload.cases;
    if (!options.pcap.empty()) options.cases.emplace_back("pcap");
  }
  auto names = workload.cases;
  if (options.workload == "ids") names.emplace_back("pcap");
  if (options.workload == "ipsec") {
    names.clear();
    for (auto const& suite : ipsec::suites()) names.emplace_back(suite.name);
    for (auto& name : options.cases)
      if (auto const suite = ipsec::find_suite(name)) name = ipsec::info(*suite).name;
  }
  for (auto const& name : options.cases)
    if (std::find(names.begin(), names.end(), name) == names.end())
      throw ConfigError("'bench " + options.workload + "' has no case '" + name + "'; expected " +
                        alternatives(names) + did_you_mean(name, names));
  bool const has_pcap = has(options.cases, "pcap");
  if (has_pcap && options.pcap.empty()) throw ConfigError("the case 'pcap' needs --pcap FILE");
  if (!has_pcap && !options.pcap.empty())
    throw ConfigError("--pcap is for the payload 'pcap'; expected it among --payloads");

  if (options.sizes.empty())
    options.sizes = options.quick ? std::vector<std::string>{"64", "1408"}
                                  : std::vector<std::string>{"64", "256", "1024", "1408"};
  check_sizes(options);
  check_distinct(options.cases, "--cases");
  check_distinct(options.directions, "--directions");
  check_distinct(options.sizes, "--sizes");
  check_distinct(options.devices, "--devices");
  if (!workload.offloadable) {
    for (auto const& device : options.devices)
      if (device != "cpu")
        throw ConfigError("nothing in 'bench " + options.workload +
                          "' can be offloaded; --devices can only be cpu");
    options.devices = {"cpu"};
  }
  auto& session = options.session;
  if (!options.devices.empty()) {
    bool const offloads = std::any_of(options.devices.begin(), options.devices.end(),
                                      [](auto const& device) { return device != "cpu"; });
    if (!offloads && !session.host_cores) session.host_cores = 0;
    for (auto const& device : options.devices)
      if (device != "cpu" && device != "mix" && device != "adaptive")
        session.devices.push_back(device);
  }
}

}  // namespace warpline::bench
