// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/tables.hpp"

#include "elements/ids/pattern_file.hpp"
#include "elements/ids/synthetic_patterns.hpp"

namespace warpline::ids {

std::shared_ptr<Tables> file_tables(SharedStore& store, std::string const& path) {
  return store.get<Tables>("file:" + path,
                           [&] { return std::make_shared<Tables>(load_patterns(path)); });
}

std::shared_ptr<Tables> synthetic_tables(SharedStore& store, std::size_t count) {
  return store.get<Tables>("synthetic:" + std::to_string(count),
                           [&] { return std::make_shared<Tables>(synthetic_patterns(1, count)); });
}

}  // namespace warpline::ids
