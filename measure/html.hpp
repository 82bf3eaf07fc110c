// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <string>

namespace warpline::bench {

/// The Python that draws plots: `$WARPLINE_PYTHON`, else the system's, else the first in the path,
/// whichever has matplotlib. To be asked for before an hour of measuring.
/// Throws `ConfigError` that says what to install where none has it.
std::string find_plotter();

/// Writes one self-contained page with plots, drawn by `plotter` with scripts/plot_report.py, which
/// is part of the program. `report`: what `to_json` made.
/// Throws `std::runtime_error` where that fails; a file written before stays as it was.
void write_html(std::string const& path, boost::json::object const& report,
                std::string const& plotter);

}  // namespace warpline::bench
