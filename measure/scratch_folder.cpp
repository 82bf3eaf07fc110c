// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "measure/scratch_folder.hpp"

#include <stdlib.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <set>
#include <stdexcept>

namespace warpline::bench {
namespace {

std::mutex mutex;

std::set<std::string>& folders() {
  static auto* const all = new std::set<std::string>;  // outlives whatever may call `remove_all`
  return *all;
}

void remove(std::string const& path) {
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
}

}  // namespace

ScratchFolder::ScratchFolder()
    : path_((std::filesystem::temp_directory_path() / "warpline-XXXXXX").string()) {
  std::scoped_lock const lock(mutex);
  if (mkdtemp(path_.data()) == nullptr)
    throw std::runtime_error(path_ + ": cannot be made: " + std::strerror(errno));
  folders().insert(path_);
}

ScratchFolder::~ScratchFolder() {
  std::scoped_lock const lock(mutex);
  remove(path_);
  folders().erase(path_);
}

void ScratchFolder::remove_all() noexcept {
  std::scoped_lock const lock(mutex);
  for (auto const& path : folders()) remove(path);
}

}  // namespace warpline::bench
