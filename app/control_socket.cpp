// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/control_socket.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <deque>
#include <set>

#include "core/error.hpp"

namespace warpline::app {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Protocol = asio::local::stream_protocol;

}  // namespace

struct ControlSocket::State : std::enable_shared_from_this<State> {
  /// Reads a line, answers it, reads the next: a client that does not read gets nothing more.
  struct Client : std::enable_shared_from_this<Client> {
    Client(Protocol::socket connected, std::shared_ptr<State> owner)
        : socket(std::move(connected)), state(std::move(owner)) {}

    void read() {
      asio::async_read_until(socket, asio::dynamic_buffer(input, kLongestLine), '\n',
                             [self = shared_from_this()](error_code error, std::size_t size) {
                               if (error) return self->leave();
                               std::string_view line(self->input.data(), size - 1);
                               if (line.ends_with('\r')) line.remove_suffix(1);
                               self->send(self->state->answer(line));
                               self->input.erase(0, size);
                               self->reading = false;
                               self->go_on();
                             });
      reading = true;
    }
    void send(std::string line) {
      if (output.size() >= kMostWaiting) return leave();
      output.push_back(std::move(line) + '\n');
      if (output.size() == 1) write();
    }
    void write() {
      asio::async_write(socket, asio::buffer(output.front()),
                        [self = shared_from_this()](error_code error, std::size_t) {
                          if (error) return self->leave();
                          self->output.pop_front();
                          if (!self->output.empty()) return self->write();
                          self->go_on();
                        });
    }
    void go_on() {
      if (!reading && output.empty() && socket.is_open()) read();
    }
    void leave() {
      error_code ignored;
      socket.close(ignored);
      state->clients.erase(shared_from_this());
    }

    static constexpr std::size_t kMostWaiting = 1024;  // lines

    Protocol::socket socket;
    std::shared_ptr<State> state;
    std::string input;
    std::deque<std::string> output;
    bool reading = false;
  };

  State(asio::io_context& context, std::string where,
        std::function<std::string(std::string_view)> answerer)
      : path(std::move(where)), answer(std::move(answerer)), acceptor(context) {}

  void listen() {
    auto const fail = [this](std::string const& reason) {
      return ConfigError("control socket '" + path + "': " + reason);
    };
    struct stat before {};
    if (::lstat(path.c_str(), &before) == 0) {
      if (!S_ISSOCK(before.st_mode)) throw fail("there is a file of that name already");
      Protocol::socket probe(acceptor.get_executor());
      error_code error;
      probe.connect(Protocol::endpoint(path), error);
      if (!error) throw fail("another program listens there");
    }
    // Under another name until clients are taken: who finds the socket can connect to it.
    auto const fresh = path + ".new";
    if (::lstat(fresh.c_str(), &before) == 0 && S_ISSOCK(before.st_mode)) ::unlink(fresh.c_str());
    try {
      Protocol::endpoint const endpoint(fresh);
      acceptor.open();
      auto const mask = ::umask(0177);
      error_code error;
      acceptor.bind(endpoint, error);
      ::umask(mask);
      if (error) throw boost::system::system_error(error);
      acceptor.listen(asio::socket_base::max_listen_connections, error);
      if (!error && ::rename(fresh.c_str(), path.c_str()) != 0)
        error.assign(errno, boost::system::system_category());
      if (error) {
        ::unlink(fresh.c_str());
        throw boost::system::system_error(error);
      }
      bound = true;
    } catch (boost::system::system_error const& error) {
      throw fail(error.code().message());
    }
    accept();
  }

  void accept() {
    acceptor.async_accept([self = shared_from_this()](error_code error, Protocol::socket socket) {
      if (error) return;
      if (self->clients.size() < kMostClients) {
        auto const client = std::make_shared<Client>(std::move(socket), self);
        self->clients.insert(client);
        client->read();
      }
      self->accept();
    });
  }

  std::string path;
  std::function<std::string(std::string_view)> answer;
  Protocol::acceptor acceptor;
  std::set<std::shared_ptr<Client>> clients;
  bool bound = false;
};

ControlSocket::ControlSocket(asio::io_context& context, std::string path,
                             std::function<std::string(std::string_view)> answer)
    : state_(std::make_shared<State>(context, std::move(path), std::move(answer))) {
  state_->listen();
}

ControlSocket::~ControlSocket() { close(); }

void ControlSocket::tell(std::string const& line) {
  auto const clients = state_->clients;
  for (auto const& client : clients) client->send(line);
}

void ControlSocket::close() {
  error_code ignored;
  state_->acceptor.close(ignored);
  auto const clients = state_->clients;
  for (auto const& client : clients) client->leave();
  if (std::exchange(state_->bound, false)) ::unlink(state_->path.c_str());
}

}  // namespace warpline::app
