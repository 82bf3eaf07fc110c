// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace warpline::bench {

/// The text of scripts/plot_report.py.
extern char const* const kPlotScript;

}  // namespace warpline::bench
