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

/// What the user asked of `warpline bench`. Empty lists mean the workload's usual ones.
struct Options {
  std::string workload;
  std::vector<std::string> cases;       ///< suites, kinds of payload, or kinds of port
  std::vector<std::string> sizes;       ///< bytes of a frame, or `imix`
  std::vector<std::string> devices;     ///< `cpu`, names of devices, `adaptive`, `mix`
  std::vector<std::string> directions;  ///< of ipsec: `out`, `in`, `both`
  /// SAs, if they are made here; `complete` sets it: 1,024 unless given.
  std::optional<unsigned> tunnels;
  /// Of ipsec; `complete` sets it: 4,096, or four for each tunnel.
  std::optional<unsigned> flows;
  std::string sa;                 ///< file of SAs; empty: made for the occasion
  std::string patterns;           ///< file of patterns; empty: made up
  std::string pcap;               ///< capture for the payload kind `pcap`
  bool fresh = false;             ///< payload copied for every packet where recycling would do
  std::optional<unsigned> burst;  ///< none: what suits the workload; `complete` sets it
  std::optional<double> mix;      ///< the CPU's share of `mix`; `complete` sets it: 0.5
  /// The length of one measured trial; `complete` sets it: 200 ms, quick 50 ms.
  std::optional<std::chrono::nanoseconds> window;
  std::optional<unsigned> repeat;  ///< trials of each case; `complete` sets it: 5, quick 1
  bool quick = false;
  bool show_pipeline = false;
  std::string json, html;  ///< files to write; empty: none
  app::SessionOptions session;

  /// Before each window, until caches are warm and what a device holds in flight is as usual.
  std::chrono::nanoseconds warm_up() const { return std::chrono::milliseconds(quick ? 30 : 60); }
  /// For a balancer, which has to find its split.
  std::chrono::nanoseconds balancer_warm_up() const { return std::chrono::milliseconds(600); }
};

/// Declares the options of the subcommand; the values land in `options`, which must live until they
/// are parsed.
void add_options(app::CommandLine& command, Options& options);

/// Fills in what was left open and refuses what makes no sense, before anything is started.
/// Throws `ConfigError`.
void complete(Options& options);

}  // namespace warpline::bench
