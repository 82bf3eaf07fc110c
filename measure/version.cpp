// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "measure/version.hpp"

#include <hs/hs.h>
#include <intel-ipsec-mb.h>
#include <rte_version.h>

#include <boost/asio/version.hpp>
#include <boost/version.hpp>

#include "gpu/cuda/probe.hpp"

namespace warpline {
namespace {

std::string dotted(int value, int first, int second) {
  return std::to_string(value / first) + "." + std::to_string(value % first / second);
}

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

}  // namespace warpline
