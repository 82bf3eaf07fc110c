// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/control/control_socket.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "app/control/control_client.hpp"
#include "app/control/socket_file.hpp"

namespace warpline::app {
namespace {

using boost::system::error_code;
using Protocol = boost::asio::local::stream_protocol;

/// A file descriptor in reserve for when the process has no other left: with it, a client that
/// cannot be served is accepted and gets an error.
class ReserveDescriptor {
 public:
  ReserveDescriptor() { open(); }
  ~ReserveDescriptor() { close(); }
  ReserveDescriptor(ReserveDescriptor const&) = delete;
  ReserveDescriptor& operator=(ReserveDescriptor const&) = delete;

  void open() {
    if (descriptor_ < 0) descriptor_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  }
  void close() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }

 private:
  int descriptor_ = -1;
};

}  // namespace

struct ControlSocket::State : std::enable_shared_from_this<State> {
  // What is missing may be back after `kRetry`; a client that got the last descriptor has
  // `kShortLinger`, since others wait for it.
  static constexpr std::chrono::milliseconds kRetry{100}, kShortLinger{20};

  State(boost::asio::io_context& context, std::string path, Answer answer, Options const& options)
      : file(std::move(path)),
        all(std::make_shared<ControlClients>()),
        acceptor(context),
        retry(context) {
    all->options = options;
    all->events = EventLog(options.max_event_bytes);
    all->answer = std::move(answer);
  }

  void listen() {
    file.listen(acceptor);
    error_code ignored;
    acceptor.non_blocking(true, ignored);
    accept();
  }

  void accept() {
    acceptor.async_accept([self = shared_from_this()](error_code error, Protocol::socket socket) {
      if (!self->acceptor.is_open()) return;
      if (error) return self->accept_without_descriptor(error);
      self->welcome(std::move(socket));
      self->accept();
    });
  }

  void welcome(Protocol::socket socket) {
    if (all->clients.size() >= all->options.max_clients)
      return all->refuse(std::move(socket),
                         std::to_string(all->clients.size()) +
                             " clients are connected, and there may be no more; one has to "
                             "disconnect first",
                         kLinger);
    auto const client = std::make_shared<ControlClient>(std::move(socket), all);
    all->clients.insert(client);
    client->start();
  }

  void accept_without_descriptor(error_code reason) {
    reserve.close();
    Protocol::socket socket(acceptor.get_executor());
    error_code error;
    acceptor.accept(socket, error);
    if (error) return accept_later();
    all->refuse(std::move(socket),
                "the program cannot accept another connection (" + reason.message() + ")",
                kShortLinger, [weak = weak_from_this()] {
                  if (auto const self = weak.lock(); self && self->acceptor.is_open()) {
                    self->reserve.open();
                    self->accept();
                  }
                });
  }

  void accept_later() {
    retry.expires_after(kRetry);
    retry.async_wait([self = shared_from_this()](error_code error) {
      if (error || !self->acceptor.is_open()) return;
      self->reserve.open();
      self->accept();
    });
  }

  SocketFile file;
  std::shared_ptr<ControlClients> all;
  Protocol::acceptor acceptor;
  boost::asio::steady_timer retry;
  ReserveDescriptor reserve;
};

ControlSocket::ControlSocket(boost::asio::io_context& context, std::string path, Answer answer,
                             Options options)
    : state_(std::make_shared<State>(context, std::move(path), std::move(answer), options)) {
  state_->listen();
}

ControlSocket::~ControlSocket() { close(); }

void ControlSocket::publish(std::string const& line) {
  auto& all = *state_->all;
  if (all.clients.empty()) return;
  all.events.add(line);
  send_answers();
}

void ControlSocket::send_answers() {
  auto const clients = state_->all->clients;
  for (auto const& client : clients) client->go_on();
}

void ControlSocket::close() {
  error_code ignored;
  state_->acceptor.close(ignored);
  state_->retry.cancel();
  auto const clients = state_->all->clients;
  for (auto const& client : clients) client->leave();
  auto const refused = state_->all->refused;
  for (auto const& client : refused) client->leave();
  state_->file.remove();
}

}  // namespace warpline::app
