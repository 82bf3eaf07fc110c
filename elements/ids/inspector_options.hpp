// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "core/element/args.hpp"
#include "elements/ids/detect/detector.hpp"
#include "elements/ids/event_output.hpp"
#include "elements/ids/rules/loaded_rules.hpp"

namespace warpline::ids {

/// The arguments of an element `IDS`.
struct InspectorOptions {
  RuleFiles files{};
  OutputOptions output{};
  DetectorOptions detector{};
  std::uint32_t icmp_rate = 100;  ///< ICMP answers of reject per second; 0: no limit
  std::uint32_t icmp_burst = 10;  ///< ICMP answers at once
};

/// Reads all arguments. Throws `ConfigError` at the argument that is wrong. Control thread.
InspectorOptions read_inspector_options(Args& args);

/// The rules of these files, which all workers share. Passes the report about rules that were not
/// loaded to the user. Throws `ConfigError` as `load_rules`. Control thread.
std::shared_ptr<LoadedRules const> load_shared_rules(InspectorOptions const& options, Args& args);

/// Throws `ConfigError` if EVE or FAST cannot be written; creates nothing. Control thread.
void check_output_files(OutputOptions const& options, Args& args);

}  // namespace warpline::ids
