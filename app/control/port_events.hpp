// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/element/port.hpp"

namespace warpline::app {

/// A change of a port's link, for the user and for clients of the control socket.
struct PortEvent {
  std::string line;  ///< `warning: port 'net_tap0': link down; ...`, without its end
  std::string
      json;  ///< `{"event":"port","port":"net_tap0","state":"down","text":"link down; ..."}`
};

/// The changes since the last call; ports whose interface is back are opened again. On the control
/// thread, every few milliseconds while the workers run.
std::vector<PortEvent> check_links(PortSet& ports);

}  // namespace warpline::app
