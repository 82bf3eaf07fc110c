// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/array.hpp>
#include <cstdio>

#include "app/control/run_report.hpp"
#include "core/base/output_file.hpp"

namespace warpline::app {

/// Adds the files that the run has written. Frames that a port accepted and its file did not take in
/// the end become drops, `write_failed`, of the port. After the ports have stopped.
void add_outputs(RunReport& report, OutputFiles const& outputs);

/// Prints a table of the files that are not complete; nothing if all are.
void print_outputs(RunReport const& report, std::FILE* file);

boost::json::array outputs_json(RunReport const& report);

}  // namespace warpline::app
