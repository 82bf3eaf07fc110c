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
  auto& table = names();
  std::scoped_lock const lock(table.mutex);
  table.names.reserve(kMax);  // stable, because name() returns views
  for (std::size_t i = 0; i < table.names.size(); ++i)
    if (table.names[i] == name) return DropReason(static_cast<std::uint16_t>(i));
  if (table.names.size() == kMax)
    throw ConfigError("more than 256 drop reasons; cannot add '" + std::string(name) + "'");
  table.names.emplace_back(name);
  return DropReason(static_cast<std::uint16_t>(table.names.size() - 1));
}

std::uint16_t DropReason::count() {
  auto& table = names();
  std::scoped_lock const lock(table.mutex);
  return static_cast<std::uint16_t>(table.names.size());
}

std::string_view DropReason::name() const {
  auto& table = names();
  std::scoped_lock const lock(table.mutex);
  return table.names[index_];
}

}  // namespace warpline
