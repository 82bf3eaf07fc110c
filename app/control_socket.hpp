// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace warpline::app {

/// A Unix socket at a path: clients send lines and get one line back for each, in order. All of it
/// happens in handlers of one `io_context`.
class ControlSocket {
 public:
  static constexpr std::size_t kLongestLine = 1 << 16;  ///< a client that sends more is cut off
  static constexpr std::size_t kMostClients = 64;

  /// Listens at once, and before the socket appears at `path` (it is made at `path`.new); one that an
  /// earlier program left there is replaced. Only the user may connect (mode 0600). Throws
  /// `ConfigError` with the path and the system's reason.
  ControlSocket(boost::asio::io_context& context, std::string path,
                std::function<std::string(std::string_view)> answer);
  /// Removes the socket.
  ~ControlSocket();

  /// Sends a line to every client.
  void tell(std::string const& line);
  /// Ends the clients and accepts no more, so that the context can run out.
  void close();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace warpline::app
