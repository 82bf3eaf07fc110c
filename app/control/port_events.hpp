// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/element/port.hpp"
#include "core/element/service.hpp"

namespace warpline::app {

/// Returns the link changes of ports since the last call, and reopens ports whose interface is
/// back. Call it on the control thread every few milliseconds while the workers run. The JSON of an
/// event: `{"event":"port","port":"net_tap0","state":"down","text":"link down; ..."}`.
std::vector<ControlEvent> check_links(PortSet& ports);

}  // namespace warpline::app
