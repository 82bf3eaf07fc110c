// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/spec/port_scheme.hpp"

#include <algorithm>
#include <utility>

namespace warpline {

bool PortScheme::has(std::string_view text) const {
  if (matches != nullptr) return matches(text);
  if (!text.starts_with(name)) return false;
  return text.size() == name.size() || text[name.size()] == ':';
}

std::vector<PortScheme>& PortScheme::all() {
  static std::vector<PortScheme> schemes;
  return schemes;
}

PortSchemeRegistration::PortSchemeRegistration(PortScheme scheme) {
  auto& all = PortScheme::all();
  auto const after = std::find_if(
      all.begin(), all.end(), [&](PortScheme const& other) { return other.rank > scheme.rank; });
  all.insert(after, std::move(scheme));
}

}  // namespace warpline
