// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/append_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "core/base/error.hpp"

namespace warpline::ids {
namespace {

int open_file(std::string const& path) {
  return ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
}

[[noreturn]] void refuse(std::string const& path) {
  throw ConfigError(path + ": cannot be written: " + std::strerror(errno));
}

/// A file called `-` is probably a mistake.
void refuse_dash(std::string const& path) {
  if (path == "-")
    throw ConfigError(
        "-: lines are appended to a file; expected its name (./- for a file called -)");
}

bool same_file(struct stat const& a, struct stat const& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

std::uint64_t lines_in(std::string_view text) {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

AppendFile::AppendFile(std::string path, std::string unit, std::string owner)
    : OutputFile(std::move(path), std::move(unit), std::move(owner)) {
  refuse_dash(this->path());
  file_ = open_file(this->path());
  if (file_ < 0) refuse(this->path());
}

AppendFile::~AppendFile() { ::close(file_); }

std::shared_ptr<AppendFile> AppendFile::shared(BuildContext& context, std::string const& path,
                                               std::string unit, std::string owner) {
  std::error_code none;
  auto const absolute = std::filesystem::absolute(path, none);
  auto const canonical = std::filesystem::weakly_canonical(absolute, none).string();
  return context.shared.get<AppendFile>(canonical, [&] {
    auto file = std::make_shared<AppendFile>(path, std::move(unit), std::move(owner));
    auto const outputs = context.shared.single<OutputFiles>();
    outputs->all.push_back(file);
    return file;
  });
}

void AppendFile::check(std::string const& path) {
  refuse_dash(path);
  int const file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (file >= 0) {
    ::close(file);
    return;
  }
  if (errno != ENOENT) refuse(path);
  auto const folder = std::filesystem::path(path).parent_path();
  if (::access(folder.empty() ? "." : folder.c_str(), W_OK | X_OK) != 0) refuse(path);
}

std::size_t AppendFile::write(std::string_view lines, bool final) noexcept {
  std::scoped_lock const lock(mutex_);
  if (lines.empty() || (!final && !may_try())) return 0;
  std::size_t done = 0;
  int error = 0;
  if (torn_) {
    error = write_all("\n", done);
    torn_ = done == 0;
    done = 0;
  }
  if (error == 0) error = write_all(lines, done);
  if (error == 0) {
    note_written(lines_in(lines));
    note_success();
    return done;
  }
  auto const end = lines.substr(0, done).rfind('\n');
  auto const boundary = end == std::string_view::npos ? 0 : end + 1;
  if (boundary < done) torn_ = !truncate_back(done - boundary);
  note_written(lines_in(lines.substr(0, boundary)));
  note_failure(error);
  return boundary;
}

int AppendFile::write_all(std::string_view bytes, std::size_t& done) noexcept {
  while (done < bytes.size()) {
    auto const written = ::write(file_, bytes.data() + done, bytes.size() - done);
    if (written > 0)
      done += static_cast<std::size_t>(written);
    else if (written == 0 || errno != EINTR)
      return written < 0 ? errno : ENOSPC;
  }
  return 0;
}

/// Removes the last write, unless another program has appended to the file.
bool AppendFile::truncate_back(std::size_t size) noexcept {
  struct stat status {};
  auto const end = ::lseek(file_, 0, SEEK_CUR);
  if (end < 0 || ::fstat(file_, &status) != 0) return false;
  if (!S_ISREG(status.st_mode) || status.st_size != end) return false;
  return ::ftruncate(file_, end - static_cast<off_t>(size)) == 0;
}

OutputFile::Reopened AppendFile::reopen(std::string& reason) {
  struct stat now {
  }, open{};
  if (::fstat(file_, &open) == 0 && ::stat(path().c_str(), &now) == 0 && same_file(now, open))
    return Reopened::kSameFile;
  int const fresh = open_file(path());
  if (fresh < 0) {
    reason = std::strerror(errno);
    return Reopened::kNotPossible;
  }
  std::scoped_lock const lock(mutex_);
  ::close(std::exchange(file_, fresh));
  torn_ = false;
  return Reopened::kNewFile;
}

}  // namespace warpline::ids
