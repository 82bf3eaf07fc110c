// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/registry.hpp"

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace warpline {

Registry& Registry::instance() {
  static Registry registry;
  return registry;
}

void Registry::add(std::string const& name, Entry entry) {
  auto const [other, added] = entries_.emplace(name, entry);
  if (!added)
    throw std::logic_error("two element classes are called '" + name + "': one in " +
                           other->second.file + ", one in " + entry.file +
                           "; expected a name of its own for each");
}

Registry::Entry const* Registry::find(std::string const& name) const {
  auto const entry = entries_.find(name);
  return entry == entries_.end() ? nullptr : &entry->second;
}

std::vector<std::string> Registry::names() const {
  std::vector<std::string> names;
  for (auto const& [name, entry] : entries_) names.push_back(name);
  return names;
}

namespace detail {

Registration::Registration(char const* name, Registry::Entry entry) noexcept {
  try {
    Registry::instance().add(name, entry);
  } catch (std::exception const& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    std::_Exit(EXIT_FAILURE);
  }
}

}  // namespace detail

}  // namespace warpline
