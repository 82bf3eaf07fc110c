// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/output_file.hpp"

namespace warpline::app {

/// Reports the state of the files that a run writes. Control thread.
class OutputMonitor {
 public:
  /// `quiet`: only lines about errors.
  OutputMonitor(std::shared_ptr<OutputFiles const> files, bool quiet);

  /// Also reports files that were added since the last call, or since the constructor.
  void add_new();
  /// Lines to print now: `error: ...` if writing has begun to fail since the last call, `note: ...`
  /// if it works again.
  std::vector<std::string> look();
  /// Reopens every file by its name, and returns the lines to print.
  std::vector<std::string> reopen();
  /// True if a pipe that the run writes to has lost its reader, so that no write can succeed.
  bool reader_gone() const;

  /// Call it after the workers and ports have ended: returns the lines of `look`, and one for each
  /// file with losses.
  std::vector<std::string> finish();
  /// Whether all files are complete.
  bool complete() const;

 private:
  struct Watched {
    std::shared_ptr<OutputFile> file;
    std::uint64_t failures = 0;  // reported
    bool failing = false;        // reported, and its end is not yet
  };

  std::shared_ptr<OutputFiles const> all_;
  std::vector<Watched> files_;  // the first ones of `all_`
  bool quiet_;
};

}  // namespace warpline::app
