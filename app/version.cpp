// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/version.hpp"

#include <hs/hs.h>
#include <intel-ipsec-mb.h>
#include <rte_version.h>

#include <CLI/CLI.hpp>
#include <boost/asio/version.hpp>
#include <boost/version.hpp>
#include <cstdio>

#include "app/command.hpp"
#include "gpu/cuda/probe.hpp"

namespace warpline::app {
namespace {

std::string dotted(int value, int first, int second) {
  return std::to_string(value / first) + "." + std::to_string(value % first / second);
}

int print_versions() {
  for (auto const& [name, version] : versions())
    std::printf("%-12s%s\n", name.c_str(), version.c_str());
  return kOk;
}

void add_version(CLI::App& app, Invocation& invocation) {
  auto* command = app.add_subcommand("version", "Print the versions of the program and its libraries");
  command->callback([&invocation] { invocation.action = print_versions; });
}

CommandRegistration const registration{90, add_version};

}  // namespace

std::vector<std::pair<std::string, std::string>> versions() {
  std::string dpdk = rte_version();
  if (dpdk.starts_with("DPDK ")) dpdk.erase(0, 5);
  std::string hyperscan = hs_version();
  return {
      {"warpline", std::string(kVersion) + " (" + kRevision + ")"},
      {"compiler", kCompiler},
      {"DPDK", dpdk},
      {"ipsec-mb", imb_get_version_str()},
      {"Hyperscan", hyperscan.substr(0, hyperscan.find(' '))},
      {"CUDA", cuda::probe().version},
      {"Boost", dotted(BOOST_VERSION, 100000, 100) + ", Asio " +
                    dotted(BOOST_ASIO_VERSION, 100000, 100) + "." +
                    std::to_string(BOOST_ASIO_VERSION % 100)},
  };
}

}  // namespace warpline::app
