// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/element/context.hpp"

namespace warpline {

/// A file that the user named, and what the program does with it.
struct FileUse {
  enum class Kind : unsigned char {
    kInput,   ///< is read
    kOutput,  ///< is written over
    kAppend,  ///< grows by whole lines; several users may share one
    kSocket,  ///< is made as a socket
  };
  std::string path{};
  std::string user{};  ///< who names it: `-w`, `--json`, `IDSMatch`
  Kind kind = Kind::kInput;
};

/// The files that the elements of a pipeline use, a single object of the `SharedStore`: noted
/// while the graph is built, so that the program can check all outputs before anything starts.
struct FileUses {
  std::vector<FileUse> all;
};

/// Records a file that an element uses if the graph is only checked.
inline void note_file_use(BuildContext& context, FileUse use) {
  if (!context.dry_run) return;
  auto const uses = context.shared.single<FileUses>();
  uses->all.push_back(std::move(use));
}

}  // namespace warpline
