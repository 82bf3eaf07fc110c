// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/control/control_socket.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <barrier>
#include <filesystem>
#include <fstream>
#include <memory>
#include <vector>

#include "tests/app/control_rig.hpp"

namespace warpline::app {
namespace {

using testing::address_of;
using testing::Client;
class ControlSocketTest : public testing::ControlSocketRig {};

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

TEST_F(ControlSocketTest, SendsAnAnswerThatComesLaterBeforeTheNext) {
  std::atomic<bool> there{false};
  start({}, [&](std::string_view line) {
    if (line != "wait") return repeat(line);
    return ControlAnswer::later([&]() -> std::optional<std::string> {
      if (!there) return std::nullopt;
      return "at last";
    });
  });
  Client other(path_), client(path_);
  ASSERT_TRUE(client.send("one\nwait\ntwo\n"));
  client.send_no_more();
  EXPECT_EQ(client.line(), "got one");
  ASSERT_TRUE(other.send("three\n"));
  EXPECT_EQ(other.line(), "got three");
  publish("an event");
  EXPECT_EQ(other.line(), "an event");
  there = true;
  boost::asio::post(context_, [this] { socket_->send_answers(); });
  EXPECT_EQ(client.line(), "at last");
  EXPECT_EQ(client.line(), "an event");
  EXPECT_EQ(client.line(), "got two");
  EXPECT_EQ(client.line(), std::nullopt);
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
  publish("news");
  EXPECT_EQ(a.line(), "news");
  EXPECT_EQ(b.line(), "news");
  ASSERT_TRUE(a.send("more\n"));
  EXPECT_EQ(a.line(), "got more");
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

TEST_F(ControlSocketTest, RemovesItsOwnFileAlone) {
  start();
  // Another program has put its own socket in this place.
  auto const other_path = folder_.path("other");
  boost::asio::io_context context;
  ControlSocket other(context, other_path, &ControlSocketTest::repeat);
  std::filesystem::rename(other_path, path_);
  std::thread thread([&] { context.run(); });
  stop();
  {
    Client client(path_);
    EXPECT_TRUE(client.connected());
    EXPECT_TRUE(client.send("one\n"));
    EXPECT_EQ(client.line(), "got one");
  }
  boost::asio::post(context, [&] { other.close(); });
  thread.join();
  EXPECT_TRUE(std::filesystem::exists(path_)) << "the other program made it under another name";
}

// Whoever starts first has the socket, and nobody removes it for anybody else.
TEST_F(ControlSocketTest, OfProgramsThatStartTogetherOneListens) {
  for (int round = 0; round < 20; ++round) {
    std::vector<std::thread> threads;
    std::atomic<int> listening{0}, refused{0};
    std::barrier all_tried(4);
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&] {
        boost::asio::io_context context;
        std::optional<ControlSocket> socket;
        try {
          socket.emplace(context, path_, &ControlSocketTest::repeat);
          ++listening;
        } catch (ConfigError const& error) {
          EXPECT_EQ(error.what(), "control socket '" + path_ + "': another program listens there");
          ++refused;
        }
        all_tried.arrive_and_wait();
        EXPECT_TRUE(std::filesystem::exists(path_));
        all_tried.arrive_and_wait();
      });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(listening, 1);
    EXPECT_EQ(refused, 3);
    EXPECT_FALSE(std::filesystem::exists(path_));
    EXPECT_FALSE(std::filesystem::exists(path_ + ".new"));
  }
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
