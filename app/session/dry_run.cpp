// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/session/dry_run.hpp"

#include <algorithm>
#include <iterator>

#include "app/session/open_devices.hpp"
#include "app/session/placeholder_port.hpp"
#include "app/session/session_options.hpp"
#include "core/base/read_source.hpp"
#include "core/click/limits.hpp"
#include "core/element/link.hpp"
#include "core/element/service.hpp"
#include "core/engine/graph.hpp"

namespace warpline::app {
namespace {

constexpr unsigned kPlentyOfPorts = 8;

/// The number of workers that get a queue of each port.
unsigned workers_on_ports(SessionOptions const& options) {
  if (!options.io_cores.empty()) return static_cast<unsigned>(options.io_cores.size());
  auto const cores = static_cast<unsigned>(options.cores.size());
  return options.workers.value_or(cores == 0 ? 1 : cores);
}

}  // namespace

std::vector<Diagnostic> few_queues(PortSet& ports, unsigned workers) {
  std::vector<Diagnostic> warnings;
  for (std::size_t i = 0; i < ports.size(); ++i)
    if (auto text = describe_few_queues(ports[i], workers); text)
      warnings.push_back({Diagnostic::Severity::kWarning, {}, {}, std::move(*text)});
  return warnings;
}

Override parse_definition(std::string const& text) {
  auto const equals = text.find('=');
  auto const begin = text.starts_with('$') ? 1u : 0u;
  if (equals == std::string::npos || equals <= begin)
    throw ConfigError("'" + text + "' is not a definition; expected NAME=VALUE");
  return {text.substr(begin, equals - begin), text.substr(equals + 1)};
}

DryRun check_pipeline(std::string const& file, std::vector<std::string> const& definitions,
                      std::span<PortSpec const> specs, SessionOptions const& options,
                      std::shared_ptr<SharedStore> shared) {
  std::vector<Override> overrides;
  for (auto const& definition : definitions) overrides.push_back(parse_definition(definition));
  DryRun result;
  result.pipeline =
      parse_pipeline(read_source(file, {.max_bytes = click::kMaxSourceBytes}), overrides);
  result.shared = std::move(shared);

  PortSet ports;
  auto const names = port_names(specs);
  for (std::size_t i = 0; i < specs.size(); ++i)
    ports.add(std::make_unique<PlaceholderPort>(names[i], specs[i].request));
  for (unsigned i = 0; specs.empty() && i < kPlentyOfPorts; ++i)
    ports.add(std::make_unique<PlaceholderPort>("port" + std::to_string(i), nullptr));
  DeviceSet devices;
  add_placeholder_devices(devices, options);

  BuildContext context{ports, devices, *result.shared};
  context.seed = options.seed.value_or(1);
  context.dry_run = true;
  context.notice = [&](std::string const& text) {
    if (std::find(result.notices.begin(), result.notices.end(), text) == result.notices.end())
      result.notices.push_back(text);
  };
  auto const graph = Graph::build(result.pipeline, context, &result.warnings);
  for (auto const& service : Services::of(*result.shared)->all()) service->check();
  auto const workers = workers_on_ports(options);
  auto few = few_queues(ports, workers);
  if (!few.empty() && options.io_cores.empty()) {
    // The last worker has the fewest queues: elements that need one report it.
    context.worker = workers - 1;
    context.workers = workers;
    Graph::build(result.pipeline, context);
  }
  std::move(few.begin(), few.end(), std::back_inserter(result.warnings));
  for (auto const& segment : graph->segments()) {
    result.segments.emplace_back();
    result.touched_bytes.push_back(segment->touched_bytes);
    for (auto const* node : segment->nodes) result.segments.back().push_back(node->name);
  }
  for (auto const& node : graph->nodes())
    if (is_source(*node->element)) result.sources.push_back(node->class_name);
  result.tables = result.shared->hold();
  return result;
}

}  // namespace warpline::app
