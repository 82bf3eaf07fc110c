// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/click/pipeline.hpp"
#include "core/element/context.hpp"
#include "io/spec/port_spec.hpp"

namespace warpline::app {

struct SessionOptions;

/// A pipeline that has been found good, and what was made of it on the way.
struct Preflight {
  Pipeline pipeline;
  std::vector<Diagnostic> warnings;             ///< of the parser, the graph and the ports
  std::vector<std::string> notices;             ///< what elements had to say
  std::vector<std::string> file_warnings{};     ///< doubts about captures
  std::shared_ptr<SharedStore> shared;          ///< where the engine finds the tables
  std::vector<std::shared_ptr<void>> tables{};  ///< keeps them until the engine has taken over
  std::vector<std::string> sources;             ///< classes of elements that receive
  std::vector<std::vector<std::string>>
      segments;  ///< names of elements that go to a device together
};

/// `name=value` as an override of the pipeline's `define($name ...)`.
/// Throws `ConfigError` where there is no `=` or no name.
Override parse_definition(std::string const& text);

/// A warning for each port that has fewer queues than there are workers: the workers beyond drop
/// what they are to send there.
std::vector<Diagnostic> few_queues(PortSet& ports, unsigned workers);

/// Reads, parses and builds the pipeline on ports and devices that are only pretended, so that
/// nothing is started: the ports of `specs`, or plenty where there is none; the devices that the
/// options ask for. What elements share goes to `shared`, where the caller may have put something for
/// them. Throws `ConfigError` with everything that is wrong.
Preflight check_pipeline(std::string const& file, std::vector<std::string> const& definitions,
                         std::span<PortSpec const> specs, SessionOptions const& options,
                         std::shared_ptr<SharedStore> shared = std::make_shared<SharedStore>());

}  // namespace warpline::app
