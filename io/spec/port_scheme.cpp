// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/spec/port_scheme.hpp"

#include <utility>

#include "core/base/ranked.hpp"

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
  insert_by_rank(PortScheme::all(), std::move(scheme));
}

}  // namespace warpline
