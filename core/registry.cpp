// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/registry.hpp"

namespace warpline {

Registry& Registry::instance() {
  static Registry registry;
  return registry;
}

Registry::Entry const* Registry::find(std::string const& name) const {
  auto const found = entries_.find(name);
  return found == entries_.end() ? nullptr : &found->second;
}

std::vector<std::string> Registry::names() const {
  std::vector<std::string> names;
  for (auto const& [name, entry] : entries_) names.push_back(name);
  return names;
}

}  // namespace warpline
