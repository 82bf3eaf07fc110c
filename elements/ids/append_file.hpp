// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "core/base/output_file.hpp"
#include "core/element/context.hpp"

namespace warpline::ids {

/// A text file that grows by whole lines, shared by the workers that append to it.
///
/// While it takes no more (a full disk), it is tried again once a second, and it ends after a whole
/// line where nobody else writes to it. Thread-safe; a lock for each chunk of lines.
class AppendFile final : public OutputFile {
 public:
  /// Opens `path` for appending, and makes it if it is not there. `unit`: what a line is.
  /// Throws `ConfigError` with the path and the system's reason.
  explicit AppendFile(std::string path, std::string unit = "line", std::string owner = {});
  ~AppendFile() override;

  /// The file at `path` among the outputs of `context`, opened and added to them the first time.
  static std::shared_ptr<AppendFile> shared(BuildContext& context, std::string const& path,
                                            std::string unit, std::string owner);
  /// Throws as the constructor would, but makes nothing.
  static void check(std::string const& path);

  /// Writes `lines`, each with its `\n`, and returns the bytes of those that are in the file: all,
  /// or fewer whole lines where writing fails. `final`: tries even within the retry interval.
  std::size_t write(std::string_view lines, bool final = false) noexcept;
  /// Counts lines that the caller gave up.
  void lose(std::size_t lines) noexcept { note_lost(lines); }

  Reopened reopen(std::string& reason) override;

 private:
  int write_all(std::string_view bytes, std::size_t& done) noexcept;
  bool truncate_back(std::size_t size) noexcept;

  std::mutex mutex_;
  int file_;
  bool torn_ = false;  // the file ends within a line that could not be taken back
};

}  // namespace warpline::ids
