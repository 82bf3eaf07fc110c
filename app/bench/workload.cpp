// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/bench/workload.hpp"

#include "core/base/error.hpp"
#include "core/base/text.hpp"

namespace warpline::bench {

std::vector<Workload> const& workloads() {
  static std::vector<Workload> const all = {
      {"ipsec", "ESP tunnels", {"aes128-ctr-hmac-sha1-96", "aes128-gcm"}, true, ipsec_cases},
      {"ids", "pattern matching in payloads", {"random", "text"}, true, ids_cases},
      {"l2fwd",
       "forwarding with the addresses swapped",
       {"generator", "net_null"},
       false,
       l2fwd_cases},
  };
  return all;
}

Workload const& workload_named(std::string const& name) {
  std::vector<std::string> names;
  for (auto const& workload : workloads()) {
    if (workload.name == name) return workload;
    names.push_back(workload.name);
  }
  throw ConfigError("unknown workload '" + name + "'; expected " + alternatives(names) +
                    did_you_mean(name, names));
}

std::string workload_list() {
  std::string text;
  for (auto const& workload : workloads())
    text += (text.empty() ? "" : "; ") + workload.name + ": " + workload.help;
  return text;
}

}  // namespace warpline::bench
