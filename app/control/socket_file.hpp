// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <boost/asio/local/stream_protocol.hpp>
#include <string>

namespace warpline::app {

/// The file of a listening Unix socket. It is not removed if another program has replaced it.
/// Programs that create or remove such a file in the same folder take turns (flock on the folder).
class SocketFile {
 public:
  explicit SocketFile(std::string path) : path_(std::move(path)) {}
  /// Removes the file; see `remove`.
  ~SocketFile() { remove(); }
  SocketFile(SocketFile const&) = delete;
  SocketFile& operator=(SocketFile const&) = delete;

  /// Opens `acceptor` and makes it listen at the path, mode 0600. The file is created as
  /// `path`.new and renamed when clients can connect. A socket without a server is replaced. Throws
  /// `ConfigError` with the path and the reason.
  void listen(boost::asio::local::stream_protocol::acceptor& acceptor);
  void remove() noexcept;

 private:
  void refuse_if_taken(
      boost::asio::local::stream_protocol::acceptor::executor_type const& executor);

  std::string path_;
  bool bound_ = false;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace warpline::app
