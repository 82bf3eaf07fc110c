// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/packet/packet.hpp"
#include "measure/result.hpp"

namespace warpline {
class PortSet;
}

namespace warpline::bench {

struct Options;

/// Copies of frames as the case's port hands them out.
using Frames = std::vector<std::vector<std::uint8_t>>;

/// What a pipeline is compared with: the bare libraries that could do its work, at least one. One
/// object a thread, on a thread that is pinned as a worker is.
class Ceiling {
 public:
  virtual ~Ceiling() = default;
  /// Names for readers, in the order of `measure`.
  virtual std::vector<std::string> names() const = 0;
  /// Packets/s of the calling thread with each library, by itself, in about `at_least` altogether.
  virtual std::vector<double> measure(std::chrono::nanoseconds at_least) = 0;
};

/// A ceiling of one library.
class SingleCeiling : public Ceiling {
 public:
  explicit SingleCeiling(std::string name) : name_(std::move(name)) {}
  std::vector<std::string> names() const final { return {name_}; }
  std::vector<double> measure(std::chrono::nanoseconds at_least) final { return {rate(at_least)}; }

 protected:
  /// Packets/s of the calling thread.
  virtual double rate(std::chrono::nanoseconds at_least) = 0;

 private:
  std::string name_;
};

/// What a ceiling may be made from: the traffic, and ports like those of the pipeline, started and
/// used by nobody else.
struct CeilingInput {
  Frames const& frames;
  PortSet& ports;
  unsigned thread;
};

/// One kind of traffic and what is compared on it.
struct Case {
  Subject subject;                 ///< all but the device
  std::vector<std::string> ports;  ///< specs
  /// The pipeline for a balancer, e.g. `CPUOnly`.
  std::function<std::string(std::string const& balancer)> pipeline;
  std::string source_sink;  ///< the pipeline that does nothing; empty: the ceiling has both itself
  std::function<std::unique_ptr<Ceiling>(CeilingInput const&)> ceiling;
};

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
/// `a, b or c`.
std::string enumerate(std::vector<std::string> const& names);

/// A size in bytes. Throws `ConfigError`.
unsigned parse_size(std::string const& text);

/// What `bench ipsec` can do with packets: `out`, `in`, `both`.
std::vector<std::string> ipsec_directions();

std::vector<Case> ipsec_cases(Options const& options);
std::vector<Case> ids_cases(Options const& options);
std::vector<Case> l2fwd_cases(Options const& options);

}  // namespace warpline::bench
