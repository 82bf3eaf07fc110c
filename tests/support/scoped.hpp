// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

namespace warpline::test {

/// An environment variable with another value, or without one, for the lifetime of this object.
class ScopedEnvironment {
 public:
  ScopedEnvironment(std::string name, std::optional<std::string> const& value)
      : name_(std::move(name)) {
    if (auto const* old = std::getenv(name_.c_str())) old_ = old;
    set(value);
  }
  ~ScopedEnvironment() { set(old_); }
  ScopedEnvironment(ScopedEnvironment const&) = delete;
  ScopedEnvironment& operator=(ScopedEnvironment const&) = delete;

 private:
  void set(std::optional<std::string> const& value) const {
    if (value)
      setenv(name_.c_str(), value->c_str(), 1);
    else
      unsetenv(name_.c_str());
  }
  std::string name_;
  std::optional<std::string> old_;
};

/// The lines of a text file, without their ends.
inline std::vector<std::string> lines_of(std::string const& path) {
  std::ifstream in(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// A temporary folder that is removed with its content.
class ScopedFolder {
 public:
  ScopedFolder() {
    auto pattern = testing::TempDir() + "warpline-XXXXXX";
    path_ = mkdtemp(pattern.data());
  }
  ~ScopedFolder() { std::filesystem::remove_all(path_); }
  ScopedFolder(ScopedFolder const&) = delete;
  ScopedFolder& operator=(ScopedFolder const&) = delete;

  std::string path(std::string const& name) const { return (path_ / name).string(); }
  std::string write(std::string const& name, std::string const& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return path(name);
  }

 private:
  std::filesystem::path path_;
};

}  // namespace warpline::test
