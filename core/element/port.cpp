// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/port.hpp"

#include <algorithm>

#include "core/base/error.hpp"

namespace warpline {

Port& PortSet::add(std::unique_ptr<Port> port) {
  for (auto const& other : ports_)
    if (other->name() == port->name())
      throw ConfigError("port '" + port->name() + "' is given twice");
  port->index_ = static_cast<unsigned>(ports_.size());
  ports_.push_back(std::move(port));
  return *ports_.back();
}

std::vector<std::string> PortSet::names() const {
  std::vector<std::string> names;
  for (auto const& port : ports_) names.push_back(port->name());
  return names;
}

Port& PortSet::find(std::string const& name) const {
  for (auto const& port : ports_)
    if (port->name() == name || std::to_string(port->index()) == name) return *port;
  std::string text = "unknown port '" + name + "'; ";
  if (ports_.empty()) throw ConfigError(text + "there are no ports");
  text += "there are:";
  for (auto const& port : ports_)
    text += " " + std::to_string(port->index()) + " (" + port->name() + ")";
  throw ConfigError(text + did_you_mean(name, names()));
}

bool PortSet::claim_rx(unsigned port, unsigned worker) {
  auto const claim = std::pair(port, worker);
  if (std::find(claimed_.begin(), claimed_.end(), claim) != claimed_.end()) return false;
  claimed_.push_back(claim);
  return true;
}

void PortSet::free_claims(unsigned worker) {
  std::erase_if(claimed_, [worker](auto const& claim) { return claim.second == worker; });
}

}  // namespace warpline
