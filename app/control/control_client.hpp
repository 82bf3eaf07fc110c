// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "app/control/control_socket.hpp"
#include "app/control/event_log.hpp"
#include "app/control/request_buffer.hpp"
#include "core/element/control_answer.hpp"

namespace warpline::app {

using ControlStream = boost::asio::local::stream_protocol::socket;

/// Sends a line to a refused client and discards everything that the client sends. Closes the
/// connection when the client has closed it, or after `linger`, so that a client that writes before
/// it reads still gets the line.
class RefusedClient : public std::enable_shared_from_this<RefusedClient> {
 public:
  RefusedClient(ControlStream socket, std::function<void(std::shared_ptr<RefusedClient>)> left)
      : socket_(std::move(socket)), timer_(socket_.get_executor()), left_(std::move(left)) {}

  void start(std::string const& reason, std::chrono::milliseconds linger);
  void leave();

 private:
  void discard();

  ControlStream socket_;
  boost::asio::steady_timer timer_;
  std::function<void(std::shared_ptr<RefusedClient>)> left_;  // called once
  char discarded_[4096];
};

class ControlClient;

/// State that the clients of a socket share.
struct ControlClients {
  ControlSocket::Options options;
  std::function<ControlAnswer(std::string_view)> answer;
  EventLog events{options.max_event_bytes};
  std::set<std::shared_ptr<ControlClient>> clients;
  std::set<std::shared_ptr<RefusedClient>> refused;
  // The client whose request is longer than `kMaxShortRequest`. Only one client at a time may send
  // such a request, so that the longest request limits the memory of all.
  ControlClient* long_request = nullptr;
  std::deque<std::weak_ptr<ControlClient>> waiting_for_long_request;

  /// Removes the events that every client has read.
  void remove_read_events();
  /// Sends `reason` to a client that is not served. `done` is called when it has left.
  void refuse(
      ControlStream socket, std::string const& reason, std::chrono::milliseconds linger,
      std::function<void()> done = [] {});
};

/// One client: reads a request, sends the answer, then reads the next. Events are sent between
/// answers. Memory: a request, a piece of an answer. All in handlers of one thread.
class ControlClient : public std::enable_shared_from_this<ControlClient> {
 public:
  static constexpr std::size_t kMaxShortRequest = std::size_t{64} << 10;
  static constexpr std::size_t kPiece = std::size_t{64} << 10;  ///< bytes written at once, about

  ControlClient(ControlStream socket, std::shared_ptr<ControlClients> all);

  /// The clients' set must have it.
  void start();
  /// Does whatever can be done now: writes, answers the next request, reads.
  void go_on();
  void leave();
  std::uint64_t next_event() const { return next_event_; }

 private:
  using Clock = std::chrono::steady_clock;

  bool write();
  bool answer_request();
  void read();
  bool grow();
  void release_long_request();
  void watch();
  void leave_idle();

  ControlStream socket_;
  std::shared_ptr<ControlClients> all_;
  boost::asio::steady_timer timer_;
  RequestBuffer input_;
  std::string output_;                   // being written
  std::optional<ControlAnswer> answer_;  // being sent in pieces
  std::uint64_t next_event_;
  Clock::time_point progress_ = Clock::now();  // of requests and answers
  bool reading_ = false, writing_ = false;
  bool answering_ = false;  // an answer has not been written as a whole
  bool waits_for_events_ = false;
  bool waiting_ = false;  // for another client's long request to end
};

}  // namespace warpline::app
