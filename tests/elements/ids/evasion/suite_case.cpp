// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/elements/ids/evasion/suite_case.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

namespace warpline::ids::testing {
namespace {

void write(std::filesystem::path const& path, std::string const& text) {
  std::ofstream(path, std::ios::binary) << text;
}

/// The values that Suricata's configuration file comes with, which are the defaults of IDS, too.
constexpr char kHttp[] =
    "app-layer:\n  protocols:\n    http:\n      enabled: yes\n      libhtp:\n"
    "        default-config:\n          personality: IDS\n"
    "          request-body-limit: 100kb\n          response-body-limit: 100kb\n"
    "          request-body-minimal-inspect-size: 32kb\n"
    "          request-body-inspect-window: 4kb\n"
    "          response-body-minimal-inspect-size: 40kb\n"
    "          response-body-inspect-window: 16kb\n"
    "          response-body-decompress-layer-limit: 2\n          http-body-inline: auto\n"
    "          double-decode-path: no\n          double-decode-query: no\n";

std::set<std::uint32_t> sids_of(std::string const& rules) {
  std::set<std::uint32_t> sids;
  constexpr std::string_view kOption = "sid:";
  for (auto place = rules.find(kOption); place != std::string::npos;
       place = rules.find(kOption, place + 1))
    sids.insert(static_cast<std::uint32_t>(std::stoul(rules.substr(place + kOption.size(), 10))));
  return sids;
}

std::string checks(EvasionCase const& test, Sids const& expected, std::string const& version) {
  std::string text;
  for (auto const sid : sids_of(test.rules))
    text += "- filter:\n    requires: {" + version +
            "}\n    count: " + std::to_string(std::ranges::count(expected, sid)) +
            "\n    match: {event_type: alert, alert.signature_id: " + std::to_string(sid) + "}\n";
  return text;
}

}  // namespace

void write_suite_case(EvasionCase const& test, std::string const& folder) {
  auto const path = std::filesystem::path(folder) / test.name;
  std::filesystem::create_directories(path);
  write(path / "input.pcap", test.traffic.capture());
  write(path / "test.rules", test.rules);
  std::string const checksums = test.checksums == ChecksumPolicy::kOn ? "all" : "none";
  write(path / "test.yaml",
        "args:\n- -k " + checksums + "\n" + (test.ips ? "- --simulate-ips\n" : "") + "checks:\n" +
            checks(test, test.suricata ? test.suricata->sids : test.expected, "lt-version: 8") +
            checks(test, expected_of(test), "min-version: 8"));
  auto const system = std::string(host_system_names()[static_cast<std::size_t>(test.system)]);
  std::string const midstream = test.midstream ? "yes" : "no";
  write(path / "suricata.yaml",
        "%YAML 1.1\n---\n"
        "vars: {address-groups: {HOME_NET: any, EXTERNAL_NET: any}}\n"
        "outputs:\n- eve-log: {enabled: yes, filetype: regular, filename: eve.json, "
        "types: [alert]}\n"
        "host-os-policy: {" +
            system + ": [10.0.0.0/8, '2001:db8::/32']}\nstream:\n  midstream: " + midstream +
            "\n  reassembly: {depth: " + std::to_string(test.depth) +
            ", randomize-chunk-size: no}\n" + kHttp);
}

}  // namespace warpline::ids::testing
