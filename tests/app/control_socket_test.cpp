// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/control_socket.hpp"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <filesystem>
#include <fstream>
#include <optional>
#include <thread>

#include "core/error.hpp"
#include "tests/support/scoped.hpp"

namespace warpline::app {
namespace {

sockaddr_un address_of(std::string const& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  return address;
}

/// A blocking client; what takes longer than 30 s has failed.
class Client {
 public:
  explicit Client(std::string const& path) {
    timeval const limit{30, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
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
  void send_no_more() const { ::shutdown(socket_, SHUT_WR); }
  /// The next line; none at the end.
  std::optional<std::string> line() {
    for (;;) {
      if (auto const end = read_.find('\n'); end != std::string::npos) {
        auto const found = read_.substr(0, end);
        read_.erase(0, end + 1);
        return found;
      }
      char buffer[4096];
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

class ControlSocketTest : public ::testing::Test {
 protected:
  ~ControlSocketTest() override { stop(); }

  void start() {
    socket_.emplace(context_, path_,
                    [](std::string_view line) { return "got " + std::string(line); });
    thread_ = std::thread([this] { context_.run(); });
  }
  void stop() {
    if (!thread_.joinable()) return;
    boost::asio::post(context_, [this] { socket_->close(); });
    thread_.join();
    socket_.reset();
  }
  void tell(std::string const& line) {
    boost::asio::post(context_, [this, line] { socket_->tell(line); });
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

TEST_F(ControlSocketTest, AnswersLinesInOrder) {
  start();
  Client client(path_);
  ASSERT_TRUE(client.send("one\ntwo\r\n\nthr"));
  EXPECT_EQ(client.line(), "got one");
  EXPECT_EQ(client.line(), "got two");
  EXPECT_EQ(client.line(), "got ");
  ASSERT_TRUE(client.send("ee"));
  ASSERT_TRUE(client.send("\nfour\n"));
  EXPECT_EQ(client.line(), "got three");
  EXPECT_EQ(client.line(), "got four");
}

TEST_F(ControlSocketTest, AClientThatSendsNoMoreGetsItsAnswers) {
  start();
  Client client(path_);
  ASSERT_TRUE(client.send("one\ntwo\nnot a line"));
  client.send_no_more();
  EXPECT_EQ(client.line(), "got one");
  EXPECT_EQ(client.line(), "got two");
  EXPECT_EQ(client.line(), std::nullopt);
}

TEST_F(ControlSocketTest, ServesSeveralClientsAndNoMoreThanThereMayBe) {
  start();
  std::vector<std::unique_ptr<Client>> clients;
  for (std::size_t i = 0; i < ControlSocket::kMostClients; ++i) {
    clients.push_back(std::make_unique<Client>(path_));
    ASSERT_TRUE(clients.back()->send("half "));
  }
  for (std::size_t i = clients.size(); i-- > 0;) {
    ASSERT_TRUE(clients[i]->send(std::to_string(i) + "\n"));
    EXPECT_EQ(clients[i]->line(), "got half " + std::to_string(i));
  }
  Client one_too_many(path_);
  EXPECT_EQ(one_too_many.line(), std::nullopt);
  clients.pop_back();
  std::optional<std::string> line;
  for (unsigned i = 0; i < 1000 && !line; ++i) {  // until it is seen that one has gone
    Client next(path_);
    if (next.send("now\n")) line = next.line();
  }
  EXPECT_EQ(line, "got now");
  ASSERT_TRUE(clients.front()->send("still\n"));
  EXPECT_EQ(clients.front()->line(), "got still");
}

TEST_F(ControlSocketTest, ALineMayBeLongButNotEndless) {
  start();
  Client client(path_), other(path_);
  std::string const longest(ControlSocket::kLongestLine - 1, 'x');
  ASSERT_TRUE(client.send(longest + "\n"));
  EXPECT_EQ(client.line(), "got " + longest);
  client.send(longest + "xx\n");
  EXPECT_EQ(client.line(), std::nullopt);
  ASSERT_TRUE(other.send("one\n"));
  EXPECT_EQ(other.line(), "got one");
}

TEST_F(ControlSocketTest, ClientsThatGoAwayHarmNobody) {
  start();
  Client stays(path_);
  for (unsigned i = 0; i < 200; ++i) {
    Client goes(path_);
    ASSERT_TRUE(goes.connected());
    goes.send(i % 3 == 0 ? "half a li" : std::string(10000, 'x') + "\nanother\n");
  }
  ASSERT_TRUE(stays.send("one\n"));
  EXPECT_EQ(stays.line(), "got one");
}

TEST_F(ControlSocketTest, TellsEveryClient) {
  start();
  Client a(path_), b(path_);
  for (auto* const client : {&a, &b}) {
    ASSERT_TRUE(client->send("hello\n"));
    EXPECT_EQ(client->line(), "got hello");
  }
  tell("news");
  EXPECT_EQ(a.line(), "news");
  EXPECT_EQ(b.line(), "news");
  ASSERT_TRUE(a.send("more\n"));
  EXPECT_EQ(a.line(), "got more");
}

TEST_F(ControlSocketTest, AClientThatDoesNotReadIsCutOffAndOthersAreNot) {
  start();
  Client deaf(path_), listening(path_);
  for (auto* const client : {&deaf, &listening}) {
    ASSERT_TRUE(client->send("hello\n"));
    EXPECT_EQ(client->line(), "got hello");
  }
  std::string const news(4000, 'n');
  unsigned constexpr kLines = 3000;  // more than the system and the socket keep for one who is deaf
  for (unsigned i = 0; i < kLines; ++i) {
    tell(news);
    ASSERT_EQ(listening.line(), news);
  }
  unsigned heard = 0;
  while (deaf.line()) ++heard;
  EXPECT_LT(heard, kLines);
  EXPECT_FALSE(deaf.send("hello\n"));
}

TEST_F(ControlSocketTest, OnlyTheUserMayConnectAndItGoesAwayAtTheEnd) {
  start();
  struct stat about {};
  ASSERT_EQ(::stat(path_.c_str(), &about), 0);
  EXPECT_TRUE(S_ISSOCK(about.st_mode));
  EXPECT_EQ(about.st_mode & 0777, 0600u);
  Client client(path_);
  ASSERT_TRUE(client.send("one\n"));
  EXPECT_EQ(client.line(), "got one");
  stop();
  EXPECT_EQ(client.line(), std::nullopt);
  EXPECT_NE(::stat(path_.c_str(), &about), 0);
}

TEST_F(ControlSocketTest, ReplacesASocketThatNobodyServes) {
  int const left = ::socket(AF_UNIX, SOCK_STREAM, 0);
  auto const address = address_of(path_);
  ASSERT_EQ(::bind(left, reinterpret_cast<sockaddr const*>(&address), sizeof address), 0);
  ::close(left);
  start();
  Client client(path_);
  ASSERT_TRUE(client.send("one\n"));
  EXPECT_EQ(client.line(), "got one");
}

TEST_F(ControlSocketTest, IsMadeUnderAnotherNameFirst) {
  auto const fresh = path_ + ".new";
  std::ofstream(fresh) << "precious";
  EXPECT_EQ(error_of(path_), "control socket '" + path_ + "': Address already in use");
  EXPECT_FALSE(std::filesystem::exists(path_));
  EXPECT_EQ(std::filesystem::file_size(fresh), 8u);
  std::filesystem::remove(fresh);
  int const left = ::socket(AF_UNIX, SOCK_STREAM, 0);
  auto const address = address_of(fresh);
  ASSERT_EQ(::bind(left, reinterpret_cast<sockaddr const*>(&address), sizeof address), 0);
  ::close(left);
  start();
  EXPECT_TRUE(Client(path_).send("one\n"));
  EXPECT_FALSE(std::filesystem::exists(fresh));
}

TEST_F(ControlSocketTest, LeavesAloneWhatIsNotItsOwn) {
  std::ofstream(path_) << "precious";
  EXPECT_EQ(error_of(path_),
            "control socket '" + path_ + "': there is a file of that name already");
  std::string text;
  std::ifstream(path_) >> text;
  EXPECT_EQ(text, "precious");
  std::filesystem::remove(path_);
  start();
  EXPECT_EQ(error_of(path_), "control socket '" + path_ + "': another program listens there");
  Client client(path_);
  ASSERT_TRUE(client.send("one\n"));
  EXPECT_EQ(client.line(), "got one");
}

TEST_F(ControlSocketTest, SaysWhyItCannotListen) {
  auto const mask = ::umask(022);
  auto const nowhere = folder_.path("no/such/folder");
  EXPECT_EQ(error_of(nowhere), "control socket '" + nowhere + "': No such file or directory");
  auto const long_one = folder_.path(std::string(200, 'x'));
  EXPECT_EQ(error_of(long_one), "control socket '" + long_one + "': File name too long");
  EXPECT_EQ(::umask(mask), 022u) << "what other files are made with";
}

}  // namespace
}  // namespace warpline::app
