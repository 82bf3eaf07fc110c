// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <optional>
#include <string>
#include <thread>

#include "app/control/control_socket.hpp"
#include "core/base/error.hpp"
#include "tests/support/scoped.hpp"

namespace warpline::app::testing {

inline sockaddr_un address_of(std::string const& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  return address;
}

/// A blocking client; what takes longer than 30 s has failed.
class Client {
 public:
  Client() {
    timeval const limit{30, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  }
  explicit Client(std::string const& path) : Client() { connect(path); }
  /// Needs no further file descriptor here.
  void connect(std::string const& path) {
    auto const address = address_of(path);
    connected_ =
        ::connect(socket_, reinterpret_cast<sockaddr const*>(&address), sizeof address) == 0;
  }
  ~Client() { ::close(socket_); }
  Client(Client const&) = delete;
  Client& operator=(Client const&) = delete;

  bool connected() const { return connected_; }
  /// False where the other end is gone.
  bool send(std::string const& text) const {
    for (std::size_t sent = 0; sent < text.size();) {
      auto const n = ::send(socket_, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) return false;
      sent += static_cast<std::size_t>(n);
    }
    return true;
  }
  /// Reads as many bytes, or fewer at the end.
  std::size_t skip(std::size_t bytes) {
    std::string buffer(1 << 16, ' ');
    std::size_t done = std::min(bytes, read_.size());
    read_.erase(0, done);
    while (done < bytes) {
      auto const n = ::recv(socket_, buffer.data(), std::min(buffer.size(), bytes - done), 0);
      if (n <= 0) break;
      done += static_cast<std::size_t>(n);
    }
    return done;
  }
  void send_no_more() const { ::shutdown(socket_, SHUT_WR); }
  /// The next line; none at the end.
  std::optional<std::string> line() {
    for (std::size_t searched = 0;;) {
      auto const end = read_.find('\n', searched);
      searched = read_.size();
      if (end != std::string::npos) {
        auto const result = read_.substr(0, end);
        read_.erase(0, end + 1);
        return result;
      }
      char buffer[1 << 14];
      auto const n = ::recv(socket_, buffer, sizeof buffer, 0);
      if (n < 0 && errno == EAGAIN) ADD_FAILURE() << "no answer within 30 s";
      if (n <= 0) return std::nullopt;
      read_.append(buffer, static_cast<std::size_t>(n));
    }
  }

 private:
  int socket_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bool connected_ = false;
  std::string read_;
};

class ControlSocketRig : public ::testing::Test {
 protected:
  ~ControlSocketRig() override { stop(); }

  static ControlAnswer repeat(std::string_view line) { return "got " + std::string(line); }
  void start(ControlSocket::Options const& options = {},
             ControlSocket::Answer const& answer = &repeat) {
    socket_.emplace(context_, path_, answer, options);
    thread_ = std::thread([this] { context_.run(); });
  }
  void stop() {
    if (!thread_.joinable()) return;
    boost::asio::post(context_, [this] { socket_->close(); });
    thread_.join();
    socket_.reset();
  }
  void publish(std::string const& line) {
    boost::asio::post(context_, [this, line] { socket_->publish(line); });
  }
  std::string error_of(std::string const& path) {
    boost::asio::io_context context;
    try {
      ControlSocket const socket(context, path, [](std::string_view) { return std::string(); });
    } catch (ConfigError const& error) {
      return error.what();
    }
    return "no error";
  }

  test::ScopedFolder folder_;
  std::string path_ = folder_.path("control");
  boost::asio::io_context context_;
  std::optional<ControlSocket> socket_;
  std::thread thread_;
};

}  // namespace warpline::app::testing
