// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <string>

namespace warpline::bench {

/// The Python that draws plots: `$WARPLINE_PYTHON`, otherwise the system's, otherwise the first in
/// the path, if it has matplotlib. Call it before an hour of measuring. Throws `ConfigError` with
/// the package to install if none has it.
std::string find_plotter();

/// Writes one self-contained page with plots, drawn by `plotter` with scripts/plot_report.py, which
/// is part of the program. `report`: the result of `to_json`. Throws `std::runtime_error` if that
/// fails; an existing file stays unchanged.
void write_html(std::string const& path, boost::json::object const& report,
                std::string const& plotter);

}  // namespace warpline::bench
