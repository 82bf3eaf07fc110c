// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/state/file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/base/error.hpp"

namespace warpline::ipsec {
namespace {

FileVersion version_of(struct stat const& status) {
  if (!S_ISREG(status.st_mode)) return {};
  return {status.st_dev, status.st_ino, static_cast<std::uint64_t>(status.st_size),
          static_cast<std::uint64_t>(status.st_mtim.tv_sec),
          static_cast<std::uint64_t>(status.st_mtim.tv_nsec)};
}

}  // namespace

FileVersion FileVersion::of(std::string const& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? version_of(status) : FileVersion{};
}

FileLock::FileLock(std::string const& path, FileVersion const& version, bool exclusive)
    : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
  if (file_ < 0) throw ConfigError(path + ": cannot be opened: " + std::strerror(errno));
  std::string error;
  struct stat status {};
  auto const lock = [&] { return flock(file_, (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0; };
  bool locked = lock();
  if (!locked &&
      errno == EBADF) {  // for an exclusive lock, NFS requires that the file is open for writing
    ::close(file_);
    file_ = ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK);
    locked = file_ >= 0 && lock();
  }
  if (!locked)
    error = errno == EWOULDBLOCK
                ? "another program runs with these SAs; both would send the same sequence "
                  "numbers, or accept the same packets. Expected one program for each SA file"
                : std::string("cannot be locked: ") + std::strerror(errno);
  else if (fstat(file_, &status) != 0 || version_of(status) != version)
    error = "has changed since it was read; expected it to stay as it is while the program starts";
  if (error.empty()) return;
  ::close(file_);
  throw ConfigError(path + ": " + error);
}

FileLock::~FileLock() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace warpline::ipsec
