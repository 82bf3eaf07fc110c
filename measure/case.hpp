// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "measure/result.hpp"

namespace warpline {
class PortSet;
}

namespace warpline::bench {

/// Copies of frames as the case's port hands them out.
using Frames = std::vector<std::vector<std::uint8_t>>;

/// The ceiling of a pipeline: one or more bare libraries that could do its work. One object per
/// thread, on a thread that is pinned like a worker.
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

/// The inputs of a ceiling: the traffic, and ports like those of the pipeline, started and
/// otherwise unused.
struct CeilingInput {
  Frames const& frames;
  PortSet& ports;
  unsigned thread;
};

/// One kind of traffic and the pipelines and ceilings measured with it.
struct Case {
  Subject subject;                 ///< all but the device
  std::vector<std::string> ports;  ///< specs
  /// The pipeline for a balancer, e.g. `CPUOnly`.
  std::function<std::string(std::string const& balancer)> pipeline;
  std::string
      source_sink;  ///< the pipeline that does nothing; empty: the ceiling includes source and sink
  std::function<std::unique_ptr<Ceiling>(CeilingInput const&)> ceiling;
};

}  // namespace warpline::bench
