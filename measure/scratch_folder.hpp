// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace warpline::bench {

/// A new folder for temporary files, readable by this user only; it is removed with the object.
class ScratchFolder {
 public:
  /// Throws `std::runtime_error` with the system's reason.
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(ScratchFolder const&) = delete;
  ScratchFolder& operator=(ScratchFolder const&) = delete;

  std::string const& path() const { return path_; }

  /// Removes the folders of all objects, for a program that is about to end. Any thread.
  static void remove_all() noexcept;

 private:
  std::string path_;
};

}  // namespace warpline::bench
