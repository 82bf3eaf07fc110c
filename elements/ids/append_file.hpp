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
/// While it cannot be written (a full disk), a write is tried once a second. It ends after a whole
/// line unless another program writes to it. Thread-safe; a lock for each chunk of lines.
class AppendFile final : public OutputFile {
 public:
  /// Opens `path` for appending, and creates it if it does not exist. `unit`: the name of a line's
  /// content. Throws `ConfigError` with the path and the system's reason.
  explicit AppendFile(std::string path, std::string unit = "line", std::string owner = {});
  ~AppendFile() override;

  /// The file at `path` among the outputs of `context`, opened and added to them the first time.
  static std::shared_ptr<AppendFile> shared(BuildContext& context, std::string const& path,
                                            std::string unit, std::string owner);
  /// Throws like the constructor, but creates nothing.
  static void check(std::string const& path);

  /// Writes `lines`, each with its `\n`, and returns the number of bytes that are in the file: all,
  /// or fewer whole lines if writing fails. `final`: tries even within the retry interval.
  std::size_t write(std::string_view lines, bool final = false) noexcept;
  /// Counts lines that the caller gave up.
  void lose(std::size_t lines) noexcept { note_lost(lines); }

  Reopened reopen(std::string& reason) override;

 private:
  int write_all(std::string_view bytes, std::size_t& done) noexcept;
  bool truncate_back(std::size_t size) noexcept;

  std::mutex mutex_;
  int file_;
  bool torn_ = false;  // the file ends within a line that could not be removed
};

}  // namespace warpline::ids
