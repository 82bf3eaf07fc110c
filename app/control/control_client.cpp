// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/control/control_client.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <utility>

namespace warpline::app {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t kFirstCapacity = 4096;

/// If the client's receive buffer has no room the line is lost: nobody waits for such a client.
void send_now(ControlStream& socket, std::string const& line) {
  [[maybe_unused]] auto const sent =
      ::send(socket.native_handle(), line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

std::string seconds(std::chrono::nanoseconds time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count()) + " s";
}

}  // namespace

void RefusedClient::start(std::string const& reason, std::chrono::milliseconds linger) {
  send_now(socket_, "{\"ok\":false,\"error\":\"" + reason + "\"}\n");
  error_code ignored;
  socket_.shutdown(ControlStream::shutdown_send, ignored);
  timer_.expires_after(linger);
  timer_.async_wait([self = shared_from_this()](error_code) { self->leave(); });
  discard();
}

void RefusedClient::discard() {
  socket_.async_read_some(asio::buffer(discarded_),
                          [self = shared_from_this()](error_code error, std::size_t) {
                            return error ? self->leave() : self->discard();
                          });
}

void RefusedClient::leave() {
  if (!socket_.is_open()) return;
  ::explicit_bzero(discarded_, sizeof discarded_);
  timer_.cancel();
  error_code ignored;
  socket_.close(ignored);
  std::exchange(left_, nullptr)(shared_from_this());
}

void ControlClients::remove_read_events() {
  auto position = events.end();
  for (auto const& client : clients) position = std::min(position, client->next_event());
  events.remove_before(position);
}

void ControlClients::refuse(ControlStream socket, std::string const& reason,
                            std::chrono::milliseconds linger, std::function<void()> done) {
  constexpr std::size_t kMaxLingering = 256;
  if (refused.size() >= kMaxLingering) linger = std::chrono::milliseconds(0);
  auto const client = std::make_shared<RefusedClient>(
      std::move(socket), [this, done = std::move(done)](std::shared_ptr<RefusedClient> left) {
        refused.erase(left);
        done();
      });
  refused.insert(client);
  client->start(reason, linger);
}

ControlClient::ControlClient(ControlStream socket, std::shared_ptr<ControlClients> all)
    : socket_(std::move(socket)),
      all_(std::move(all)),
      timer_(socket_.get_executor()),
      input_(kFirstCapacity),
      next_event_(all_->events.end()) {}

void ControlClient::start() {
  watch();
  go_on();
}

void ControlClient::go_on() {
  if (!socket_.is_open() || write()) return;
  if (answer_request())
    go_on();
  else if (!reading_ && !answer_)  // a client may close its end before an answer that comes later
    read();
}

/// Begins to write the next bytes; true while bytes are being written.
bool ControlClient::write() {
  if (writing_) return true;
  while (answer_ && answer_->ready() && output_.size() < kPiece) {
    auto piece = answer_->next();
    if (piece.empty()) {
      answer_.reset();
      piece = "\n";
    }
    output_ += piece;
  }
  if (!answer_ && next_event_ != all_->events.end()) {
    all_->events.read(next_event_, kPiece, output_);
    all_->remove_read_events();
  }
  if (output_.empty()) return false;
  writing_ = true;
  asio::async_write(socket_, asio::buffer(output_),
                    [self = shared_from_this()](error_code error, std::size_t) {
                      if (error) return self->leave();
                      self->writing_ = false;
                      self->output_.clear();
                      if (self->answering_) self->progress_ = Clock::now();
                      if (!self->answer_) self->answering_ = false;
                      self->go_on();
                    });
  return true;
}

/// True if there was a complete request.
bool ControlClient::answer_request() {
  if (reading_ || answer_) return false;
  auto line = input_.line();
  if (!line) return false;
  if (line->ends_with('\r')) line->remove_suffix(1);
  answer_ = all_->answer(*line);
  answering_ = true;
  waits_for_events_ |= answer_->waits_for_events;
  progress_ = Clock::now();
  input_.remove_line();
  if (all_->long_request == this && input_.size() <= kMaxShortRequest) {
    input_.resize(kMaxShortRequest);
    release_long_request();
  }
  return true;
}

void ControlClient::read() {
  if (input_.full() && !grow()) return;
  auto const space = input_.room();
  reading_ = true;
  socket_.async_read_some(asio::buffer(space.data(), space.size()),
                          [self = shared_from_this()](error_code error, std::size_t count) {
                            self->reading_ = false;
                            if (error) return self->leave();
                            self->input_.commit(count);
                            self->go_on();
                          });
}

/// False if reading has to wait or the request is too long.
bool ControlClient::grow() {
  auto const max = all_->options.max_request_bytes;
  if (input_.capacity() >= max) {
    auto const all = all_;
    auto socket = std::move(socket_);
    leave();
    all->refuse(std::move(socket), "the request is longer than " + std::to_string(max) + " bytes",
                ControlSocket::kLinger);
    return false;
  }
  auto const capacity = std::min(2 * input_.capacity(), max);
  if (capacity > kMaxShortRequest && all_->long_request != this) {
    if (all_->long_request != nullptr) {
      if (!std::exchange(waiting_, true))
        all_->waiting_for_long_request.push_back(weak_from_this());
      return false;
    }
    all_->long_request = this;
  }
  input_.resize(capacity);
  return true;
}

void ControlClient::release_long_request() {
  if (all_->long_request != this) return;
  all_->long_request = nullptr;
  while (all_->long_request == nullptr && !all_->waiting_for_long_request.empty()) {
    auto const next = all_->waiting_for_long_request.front().lock();
    all_->waiting_for_long_request.pop_front();
    if (!next) continue;
    next->waiting_ = false;
    next->go_on();
  }
}

/// Sleeps until the client has been idle for too long, unless something happens until then.
void ControlClient::watch() {
  timer_.expires_at(progress_ + all_->options.max_idle);
  timer_.async_wait([self = shared_from_this()](error_code error) {
    if (error || !self->socket_.is_open()) return;
    auto const now = Clock::now();
    if (self->waits_for_events_ && !self->answering_) self->progress_ = now;
    if (now - self->progress_ >= self->all_->options.max_idle) return self->leave_idle();
    self->watch();
  });
}

void ControlClient::leave_idle() {
  if (!writing_)
    send_now(socket_,
             "{\"event\":\"closed\",\"reason\":\"no request for " +
                 seconds(all_->options.max_idle) +
                 "; {\\\"command\\\": \\\"events\\\"} keeps a connection open for events\"}\n");
  leave();
}

void ControlClient::leave() {
  auto const self = shared_from_this();
  if (all_->clients.erase(self) == 0) return;
  timer_.cancel();
  error_code ignored;
  socket_.close(ignored);
  answer_.reset();
  release_long_request();
  all_->remove_read_events();
}

}  // namespace warpline::app
