// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/click/pipeline.hpp"
#include "core/element/context.hpp"
#include "core/element/file_uses.hpp"
#include "io/spec/port_spec.hpp"

namespace warpline::app {

struct SessionOptions;

/// A pipeline that was checked, and the results of the check.
struct DryRun {
  Pipeline pipeline;
  std::vector<Diagnostic> warnings;                ///< of the parser, the graph and the ports
  std::vector<std::string> notices;                ///< notices of elements
  std::vector<std::string> file_warnings{};        ///< warnings about captures
  std::shared_ptr<SharedStore> shared;             ///< the engine finds the tables through it
  std::vector<std::shared_ptr<void>> tables{};     ///< keeps the tables until the engine owns them
  std::vector<FileUse> files_of_options{};         ///< named by options of elements
  std::vector<std::string> sources;                ///< classes of elements that receive
  std::vector<std::vector<std::string>> segments;  ///< names of the elements of each segment
  std::vector<TouchedBytes> touched_bytes{};       ///< by the kernels of each segment
};

/// `name=value` as an override of the pipeline's `define($name ...)`. Throws `ConfigError` if there
/// is no `=` or no name.
Override parse_definition(std::string const& text);

/// Returns a warning for each port with fewer queues than workers: a worker without a queue drops
/// the packets that it should send there.
std::vector<Diagnostic> few_queues(PortSet& ports, unsigned workers);

/// Dry run: reads, parses and builds the pipeline without starting anything, on placeholders for
/// the ports of `specs` (or plenty if there are none) and for the requested devices. Elements share
/// data in `shared`, which the caller may have filled before. Throws `ConfigError` with all errors.
DryRun check_pipeline(std::string const& file, std::vector<std::string> const& definitions,
                      std::span<PortSpec const> specs, SessionOptions const& options,
                      std::shared_ptr<SharedStore> shared = std::make_shared<SharedStore>());

}  // namespace warpline::app
