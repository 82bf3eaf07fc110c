// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "measure/case.hpp"

namespace warpline::bench {

struct Options;

/// Something that `bench` measures.
struct Workload {
  std::string name;
  std::string help;
  std::vector<std::string> cases;  ///< the usual ones
  bool offloadable = true;
  /// Throws `ConfigError` for bad files among the options.
  std::vector<Case> (*make)(Options const& options);
};

std::vector<Workload> const& workloads();

/// Throws `ConfigError` with the names there are.
Workload const& workload_named(std::string const& name);

/// `ipsec, ids or l2fwd`, for help texts.
std::string workload_list();

/// A size in bytes. Throws `ConfigError`.
unsigned parse_size(std::string const& text);

/// The directions of `bench ipsec`: `out`, `in`, `both`.
std::vector<std::string> ipsec_directions();

std::vector<Case> ipsec_cases(Options const& options);
std::vector<Case> ids_cases(Options const& options);
std::vector<Case> l2fwd_cases(Options const& options);

}  // namespace warpline::bench
