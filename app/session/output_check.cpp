// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/session/output_check.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "app/session/pipeline_options.hpp"
#include "app/session/session_options.hpp"

namespace warpline::app {
namespace {

using Kind = FileUse::Kind;

/// The target of a path, also through links to files that do not exist yet.
std::filesystem::path target_of(std::string const& path) {
  std::error_code none;
  std::filesystem::path target = std::filesystem::absolute(path, none);
  constexpr int kMaxLinks = 40;  // as the kernel
  for (int i = 0; i < kMaxLinks && std::filesystem::is_symlink(target, none); ++i)
    target = target.parent_path() / std::filesystem::read_symlink(target, none);
  return std::filesystem::weakly_canonical(target, none);
}

struct Identity {
  bool exists = false, regular = false;
  struct stat status {};
  std::filesystem::path target;

  explicit Identity(FileUse const& use) {
    bool const console = use.path == "-";
    exists = (console ? ::fstat(STDOUT_FILENO, &status) : ::stat(use.path.c_str(), &status)) == 0;
    regular = exists && S_ISREG(status.st_mode);
    target = console ? std::filesystem::path("-") : target_of(use.path);
  }
  bool same_as(Identity const& other) const {
    if (exists && other.exists)
      return status.st_dev == other.status.st_dev && status.st_ino == other.status.st_ino;
    return !exists && !other.exists && target == other.target;
  }
};

bool is_output(FileUse const& use) { return use.kind != Kind::kInput; }

std::string named(FileUse const& use) { return use.user + ": " + use.path; }

void check_writable(FileUse const& use, Identity const& file) {
  if (use.path == "-" || use.kind == Kind::kSocket) return;
  int error = 0;
  if (file.regular) {
    int const opened = ::open(use.path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    if (opened < 0) error = errno;
    if (opened >= 0) ::close(opened);
  } else if (file.exists) {
    if (S_ISDIR(file.status.st_mode))
      error = EISDIR;
    else if (::access(use.path.c_str(), W_OK) != 0)
      error = errno;
  } else {
    auto const folder = file.target.parent_path();
    struct stat status {};
    if (::stat(folder.c_str(), &status) != 0)
      error = errno;
    else if (!S_ISDIR(status.st_mode))
      error = ENOTDIR;
    else if (use.path.ends_with('/'))
      error = EISDIR;
    else if (::access(folder.c_str(), W_OK | X_OK) != 0)
      error = errno;
  }
  if (error != 0) throw ConfigError(named(use) + ": cannot be written: " + std::strerror(error));
}

void check_pair(FileUse const& output, Identity const& file, FileUse const& other,
                Identity const& other_file) {
  if (output.kind == Kind::kAppend && other.kind == Kind::kAppend) return;
  // Two users of one terminal or pipe do not damage each other's files; in a capture's stream they
  // do.
  bool const streams = output.path == "-" && other.path == "-";
  if (!streams && file.exists && !file.regular && output.kind != Kind::kSocket &&
      other.kind != Kind::kSocket)
    return;
  if (!file.same_as(other_file)) return;
  if (streams)
    throw ConfigError("standard output is asked for twice, by " + output.user + " and by " +
                      other.user);
  auto const* relation = is_output(other) ? " is written too" : " is read";
  throw ConfigError(named(output) + ": the same file as " + named(other) + ", which" + relation +
                    "; expected a separate file");
}

}  // namespace

std::vector<FileUse> files_of(PipelineOptions const& pipeline, SessionOptions const& session,
                              std::span<PortSpec const> specs) {
  std::vector<FileUse> files{{pipeline.file, "the pipeline"}};
  if (!session.config.empty()) files.push_back({session.config, "--config"});
  for (auto const& spec : specs)
    for (auto& file : spec.request->files()) files.push_back(std::move(file));
  return files;
}

void check_outputs(std::vector<FileUse> const& files) {
  std::vector<Identity> identities(files.begin(), files.end());
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (!is_output(files[i])) continue;
    // An overlap is the better explanation of a file that cannot be written.
    for (std::size_t j = 0; j < files.size(); ++j)
      if (j < i || !is_output(files[j]))
        check_pair(files[i], identities[i], files[j], identities[j]);
    check_writable(files[i], identities[i]);
  }
}

}  // namespace warpline::app
