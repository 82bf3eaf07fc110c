// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/packet/verdict.hpp"

#include <mutex>
#include <vector>

#include "core/base/error.hpp"

namespace warpline {
namespace {

struct Names {
  std::mutex mutex;
  std::vector<std::string> names;
};

Names& names() {
  static Names instance;
  return instance;
}

}  // namespace

DropReason DropReason::named(std::string_view name) {
  auto& known = names();
  std::scoped_lock const lock(known.mutex);
  known.names.reserve(kMax);  // stable, because name() returns views
  for (std::size_t i = 0; i < known.names.size(); ++i)
    if (known.names[i] == name) return DropReason(static_cast<std::uint16_t>(i));
  if (known.names.size() == kMax)
    throw ConfigError("more than 256 drop reasons; cannot add '" + std::string(name) + "'");
  known.names.emplace_back(name);
  return DropReason(static_cast<std::uint16_t>(known.names.size() - 1));
}

std::uint16_t DropReason::count() {
  auto& known = names();
  std::scoped_lock const lock(known.mutex);
  return static_cast<std::uint16_t>(known.names.size());
}

std::string_view DropReason::name() const {
  auto& known = names();
  std::scoped_lock const lock(known.mutex);
  return known.names[index_];
}

}  // namespace warpline
