// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>

#include "measure/result.hpp"

namespace warpline::bench {

/// The report for programs; docs/measuring.md describes its fields. Unknown values are null.
boost::json::object to_json(Report const& report);

}  // namespace warpline::bench
