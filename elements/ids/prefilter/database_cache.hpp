// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "elements/ids/hyperscan.hpp"
#include "elements/ids/pattern.hpp"

namespace warpline::ids {

/// Hyperscan databases in the files of a folder, so that a later start need not compile them.
///
/// A file's name is a hash of the patterns, of the library's version and of the processor's features.
/// A file that is damaged, or that another user owns or may write, is not used. Files are written
/// beside their place and then renamed: a reader never sees a part of one. Files that were not used
/// for `kMaxAgeDays` are removed when others are written. One thread.
class DatabaseCache {
 public:
  /// With fewer patterns, compiling takes less time than looking for the file.
  static constexpr std::size_t kMinPatterns = 16;
  static constexpr unsigned kMaxAgeDays = 30;

  /// `folder`: is created when needed; empty: each database is compiled.
  explicit DatabaseCache(std::string folder = {}) : folder_(std::move(folder)) {}

  /// From its file, or compiled. Throws the `ConfigError` of `HyperscanDatabase`; a file that cannot be
  /// read or written is no error.
  std::shared_ptr<HyperscanDatabase const> get(PatternSet const& set);

  /// What the user should know: files that were not used, or not written. Empty if there is nothing.
  std::string notice() const;
  std::size_t read() const { return read_; }        ///< databases from files
  std::size_t written() const { return written_; }  ///< files

  /// XDG_CACHE_HOME or ~/.cache, with warpline/ids; empty if there is neither variable.
  static std::string default_folder();

 private:
  std::optional<std::string> load(std::string const& path, std::string const& key);
  void store(std::string const& path, std::string const& key, std::string const& database);
  void fail(std::string const& path);
  void remove_old();

  std::string folder_, write_error_;
  std::size_t read_ = 0, written_ = 0, refused_ = 0;
};

}  // namespace warpline::ids
