// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/control/socket_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <filesystem>

#include "core/base/error.hpp"

namespace warpline::app {
namespace {

using boost::system::error_code;
using Protocol = boost::asio::local::stream_protocol;

/// Holds the lock of a file's folder. If the lock is not free within a second, the caller continues
/// without it, because any process that can read the folder could keep it locked.
class FolderLock {
 public:
  explicit FolderLock(std::string const& path) {
    auto const folder = std::filesystem::path(path).parent_path();
    folder_ = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder_ < 0) return;
    constexpr timespec kPause{0, 10'000'000};
    for (int tries = 0; tries < 100 && ::flock(folder_, LOCK_EX | LOCK_NB) != 0; ++tries)
      ::nanosleep(&kPause, nullptr);
  }
  ~FolderLock() {
    if (folder_ >= 0) ::close(folder_);
  }
  FolderLock(FolderLock const&) = delete;
  FolderLock& operator=(FolderLock const&) = delete;

 private:
  int folder_;
};

ConfigError failure(std::string const& path, std::string const& reason) {
  return ConfigError("control socket '" + path + "': " + reason);
}

}  // namespace

void SocketFile::refuse_if_taken(Protocol::acceptor::executor_type const& executor) {
  struct stat before {};
  if (::lstat(path_.c_str(), &before) != 0) return;
  if (!S_ISSOCK(before.st_mode)) throw failure(path_, "there is a file of that name already");
  Protocol::socket probe(executor);
  error_code error;
  probe.open(Protocol(), error);
  if (!error) probe.non_blocking(true, error);  // a program with a full backlog is one as well
  if (!error) probe.connect(Protocol::endpoint(path_), error);
  if (!error || error == boost::asio::error::try_again)
    throw failure(path_, "another program listens there");
  if (error != boost::asio::error::connection_refused &&
      error != boost::system::errc::no_such_file_or_directory)
    throw failure(path_, "there is a socket already, and whether it is in use is unknown (" +
                             error.message() + ")");
}

void SocketFile::listen(Protocol::acceptor& acceptor) {
  FolderLock const lock(path_);
  refuse_if_taken(acceptor.get_executor());
  // Under another name until clients are taken: who finds the socket can connect to it.
  auto const fresh = path_ + ".new";
  struct stat status {};
  if (::lstat(fresh.c_str(), &status) == 0 && S_ISSOCK(status.st_mode)) ::unlink(fresh.c_str());
  error_code error;
  bool bound = false;
  try {
    Protocol::endpoint const endpoint(fresh);
    acceptor.open();
    auto const mask = ::umask(0177);
    acceptor.bind(endpoint, error);
    ::umask(mask);
    bound = !error;
    if (!error) acceptor.listen(boost::asio::socket_base::max_listen_connections, error);
    if (!error && (::lstat(fresh.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode) ||
                   ::rename(fresh.c_str(), path_.c_str()) != 0))
      error.assign(errno, boost::system::system_category());
  } catch (boost::system::system_error const& thrown) {
    error = thrown.code();
  }
  if (error) {
    if (bound) ::unlink(fresh.c_str());
    throw failure(path_, error.message());
  }
  device_ = status.st_dev;
  inode_ = status.st_ino;
  bound_ = true;
}

void SocketFile::remove() noexcept {
  if (!std::exchange(bound_, false)) return;
  try {
    FolderLock const lock(path_);
    struct stat status {};
    if (::lstat(path_.c_str(), &status) == 0 && status.st_dev == device_ && status.st_ino == inode_)
      ::unlink(path_.c_str());
  } catch (std::exception const&) {  // no memory for a path: the file stays
  }
}

}  // namespace warpline::app
