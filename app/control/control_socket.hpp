// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/element/control_answer.hpp"

namespace warpline::app {

/// A Unix socket at a path: clients send lines and get one line back for each, in order. All
/// work, calls of `answer` too, happens in handlers of one `io_context`.
///
/// Memory is limited to the longest request (only one client at a time may send a long one), one
/// piece of an answer per client, and the events that are kept for all clients. A client that
/// cannot be served gets one line with the reason.
class ControlSocket {
 public:
  struct Options {
    std::size_t max_clients = 64;  ///< any further client gets an error and is disconnected
    std::size_t max_request_bytes = std::size_t{64} << 20;  ///< including the end of the line
    std::size_t max_event_bytes = std::size_t{16} << 20;    ///< kept for clients that read slowly
    /// A client that has sent no request and read nothing of an answer for this time is
    /// disconnected, unless it has subscribed to events.
    std::chrono::nanoseconds max_idle = std::chrono::seconds(60);
  };
  using Answer = std::function<ControlAnswer(std::string_view)>;

  /// Maximum time that a refused client may continue writing before it reads the reason.
  static constexpr std::chrono::milliseconds kLinger{1000};

  /// Creates the socket at `path`.new, starts listening and then renames it to `path`. A socket
  /// that an earlier program left there is replaced. Only the user may connect (mode 0600). Throws
  /// `ConfigError` with the path and the system's reason.
  ControlSocket(boost::asio::io_context& context, std::string path, Answer answer, Options options);
  ControlSocket(boost::asio::io_context& context, std::string path, Answer answer)
      : ControlSocket(context, std::move(path), std::move(answer), Options{}) {}
  /// Removes the socket file, unless another program has replaced it.
  ~ControlSocket();

  /// Sends a line to every client. A client that reads too slowly loses the oldest lines and gets
  /// `{"event":"lost","count":N}` instead.
  void publish(std::string const& line);
  /// Sends the answers that came later and are there now.
  void send_answers();
  /// Disconnects all clients and accepts no more, so that the context runs out of work.
  void close();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace warpline::app
