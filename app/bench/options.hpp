// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "app/session/command_line.hpp"
#include "app/session/session_options.hpp"

namespace warpline::bench {

/// The length of a trial with `--quick`.
constexpr std::chrono::milliseconds kQuickWindow{50};

/// The options of `warpline bench`. Empty lists mean the workload's defaults.
struct Options {
  std::string workload;
  std::vector<std::string> cases;       ///< suites, kinds of payload, or kinds of port
  std::vector<std::string> sizes;       ///< bytes of a frame, or `imix`
  std::vector<std::string> devices;     ///< `cpu`, names of devices, `adaptive`, `mix`
  std::vector<std::string> directions;  ///< of ipsec: `out`, `in`, `both`
  /// Number of generated SAs; `complete` sets the default: 1,024.
  std::optional<unsigned> tunnels;
  /// Of ipsec; `complete` sets the default: 4,096, or four for each tunnel.
  std::optional<unsigned> flows;
  std::string sa;                  ///< file of SAs; empty: generated
  std::string patterns;            ///< file of patterns; empty: generated
  std::string pcap;                ///< capture for the payload kind `pcap`, or for `rules`
  std::vector<std::string> rules;  ///< files of Suricata's rules for ids; empty: patterns only
  std::string vars;                ///< a suricata.yaml with the variables of `rules`
  std::string suricata;  ///< program to compare with; empty: the installed one; `off`: none
  bool fresh = false;    ///< payload copied for every packet even if it could be recycled
  std::optional<unsigned> burst;  ///< no value: the workload's default, set by `complete`
  std::optional<double> mix;      ///< the CPU's share of `mix`; `complete` sets the default: 0.5
  /// The length of one measured trial; `complete` sets the default: 200 ms, quick 50 ms.
  std::optional<std::chrono::nanoseconds> window;
  std::optional<unsigned> repeat;  ///< trials of each case; `complete` sets the default: 5, quick 1
  bool quick = false;
  bool show_pipeline = false;
  std::string json, html;  ///< files to write; empty: none
  app::SessionOptions session;

  /// Time before each window, until caches are warm and a device has its usual number of tasks.
  std::chrono::nanoseconds warm_up() const { return std::chrono::milliseconds(quick ? 30 : 60); }
  /// For a balancer, which must find its split first.
  std::chrono::nanoseconds balancer_warm_up() const { return std::chrono::milliseconds(600); }
};

/// Declares the options of the subcommand. The values are stored in `options`, which must live
/// until they are parsed.
void add_options(app::CommandLine& command, Options& options);

/// Sets the defaults and refuses impossible combinations, before anything is started. Throws
/// `ConfigError`.
void complete(Options& options);

}  // namespace warpline::bench
