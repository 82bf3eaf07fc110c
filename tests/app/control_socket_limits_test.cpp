// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>

#include <atomic>
#include <memory>
#include <vector>

#include "tests/app/control_rig.hpp"

/// What clients may not take from each other: connections, descriptors, memory.
namespace warpline::app {
namespace {

using testing::Client;
using ::testing::HasSubstr;

class ControlSocketLimits : public testing::ControlSocketRig {
 protected:
  static ControlSocket::Options few_clients(std::size_t count) {
    ControlSocket::Options options;
    options.max_clients = count;
    return options;
  }
  /// Stays connected, answers requests.
  static void expect_served(Client& client) {
    ASSERT_TRUE(client.send("one\n"));
    EXPECT_EQ(client.line(), "got one");
  }
  /// Sends a request until a new client is served; none in a thousand times.
  std::optional<std::string> served_at_last() {
    for (unsigned i = 0; i < 1000; ++i) {
      Client next(path_);
      next.send("now\n");
      if (auto const line = next.line(); line && line->starts_with("got")) return line;
    }
    return std::nullopt;
  }
};

TEST_F(ControlSocketLimits, TheClientAboveTheLimitIsToldWhy) {
  start(few_clients(8));
  std::vector<std::unique_ptr<Client>> clients;
  for (std::size_t i = 0; i < 8; ++i) {
    clients.push_back(std::make_unique<Client>(path_));
    ASSERT_TRUE(clients.back()->send("half "));
  }
  for (std::size_t i = clients.size(); i-- > 0;) {
    ASSERT_TRUE(clients[i]->send(std::to_string(i) + "\n"));
    EXPECT_EQ(clients[i]->line(), "got half " + std::to_string(i));
  }
  for (int i = 0; i < 40; ++i) {
    Client one_too_many(path_);
    auto const line = one_too_many.line();
    ASSERT_TRUE(line);
    EXPECT_EQ(*line, R"({"ok":false,"error":"8 clients are connected, and there may be no more; )"
                     R"(one has to disconnect first"})");
    EXPECT_EQ(one_too_many.line(), std::nullopt);
  }
  Client asks_first(path_);
  EXPECT_TRUE(asks_first.send("one\n"));
  EXPECT_THAT(asks_first.line().value_or("nothing"), HasSubstr("8 clients"));
  clients.pop_back();
  EXPECT_EQ(served_at_last(), "got now");
  expect_served(*clients.front());
}

TEST_F(ControlSocketLimits, WithoutDescriptorsClientsAreToldAndAcceptingGoesOn) {
  start();
  Client early(path_);
  expect_served(early);
  Client refused[3], later;
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  std::vector<int> taken;
  auto const lowered = rlimit{std::min<rlim_t>(before.rlim_cur, 256), before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &lowered), 0);
  for (int next = 0; (next = ::open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;)
    taken.push_back(next);
  EXPECT_EQ(errno, EMFILE);
  for (auto& client : refused) {
    client.connect(path_);
    EXPECT_TRUE(client.send("one\n"));
    EXPECT_EQ(client.line(),
              "{\"ok\":false,\"error\":\"the program cannot accept another connection "
              "(Too many open files)\"}");
    EXPECT_EQ(client.line(), std::nullopt);
  }
  expect_served(early);
  for (auto const file : taken) ::close(file);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(served_at_last(), "got now");
  expect_served(early);
}

TEST_F(ControlSocketLimits, IdleClientsLeaveAndThoseThatWaitForEventsStay) {
  ControlSocket::Options options;
  options.max_idle = std::chrono::seconds(1);
  start(options, [](std::string_view line) {
    auto answer = repeat(line);
    answer.waits_for_events = line == "events";
    return answer;
  });
  Client listens(path_);
  ASSERT_TRUE(listens.send("events\n"));
  EXPECT_EQ(listens.line(), "got events");
  std::vector<std::unique_ptr<Client>> idle;
  for (int i = 0; i < 8; ++i) {
    idle.push_back(std::make_unique<Client>(path_));
    ASSERT_TRUE(idle.back()->send(i % 2 == 0 ? "half" : "one\n"));
    if (i % 2 == 1) {
      EXPECT_EQ(idle.back()->line(), "got one");
    }
  }
  for (auto& client : idle) {
    EXPECT_EQ(client->line(),
              R"({"event":"closed","reason":"no request for 1 s; {\"command\": \"events\"} )"
              R"(keeps a connection open for events"})");
    EXPECT_EQ(client->line(), std::nullopt);
  }
  publish("news");
  EXPECT_EQ(listens.line(), "news");
  ASSERT_TRUE(listens.send("two\n"));
  EXPECT_EQ(listens.line(), "got two");
}

TEST_F(ControlSocketLimits, AClientThatDoesNotReadItsAnswerIsIdleEvenIfItWaitsForEvents) {
  ControlSocket::Options options;
  options.max_idle = std::chrono::milliseconds(100);
  start(options, [](std::string_view) {
    ControlAnswer endless([] { return std::string(1 << 16, 'x'); });
    endless.waits_for_events = true;
    return endless;
  });
  Client deaf(path_);
  ASSERT_TRUE(deaf.send("list\n"));
  // It is disconnected, so that its next requests have nobody to read them.
  while (deaf.send("list\n")) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_NE(errno, EAGAIN) << "it is still connected";
}

TEST_F(ControlSocketLimits, ASlowClientLosesEventsAndIsToldHowMany) {
  ControlSocket::Options options;
  options.max_event_bytes = 1 << 20;
  start(options);
  Client slow(path_), prompt(path_);
  for (auto* const client : {&slow, &prompt}) expect_served(*client);
  constexpr unsigned kEvents = 3000;  // 12 MB: more than the system and the socket keep
  auto const event = [](unsigned i) { return std::to_string(i) + ' ' + std::string(4000, 'n'); };
  for (unsigned i = 0; i < kEvents; ++i) {
    publish(event(i));
    ASSERT_EQ(prompt.line(), event(i));
  }
  unsigned expected = 0, lost_lines = 0;
  while (expected < kEvents) {
    auto const line = slow.line();
    ASSERT_TRUE(line) << "was disconnected after " << expected;
    unsigned count = 0;
    if (std::sscanf(line->c_str(), R"({"event":"lost","count":%u})", &count) == 1) {
      EXPECT_GT(count, 0u);
      expected += count;
      ++lost_lines;
    } else {
      ASSERT_EQ(*line, event(expected));
      ++expected;
    }
  }
  EXPECT_EQ(lost_lines, 1u);
  for (auto* const client : {&slow, &prompt}) expect_served(*client);
  publish("news");
  EXPECT_EQ(slow.line(), "news");
  EXPECT_EQ(prompt.line(), "news");
}

TEST_F(ControlSocketLimits, ManyEventsAtOnceReachAClientThatReads) {
  start();
  Client client(path_);
  expect_served(client);
  constexpr unsigned kEvents = 50'000;
  boost::asio::post(context_, [this] {
    for (unsigned i = 0; i < kEvents; ++i) socket_->publish("event " + std::to_string(i));
  });
  for (unsigned i = 0; i < kEvents; ++i) ASSERT_EQ(client.line(), "event " + std::to_string(i));
}

TEST_F(ControlSocketLimits, OfAnswersThatNobodyReadsOnlyAFewPiecesAreMade) {
  constexpr std::size_t kPiece = 1000, kPieces = 5000, kAnswer = kPieces * kPiece;
  std::atomic<std::size_t> pieces{0};
  start({}, [&](std::string_view line) {
    if (line != "list") return repeat(line);
    auto const left = std::make_shared<std::size_t>(kPieces);
    return ControlAnswer([left, &pieces]() -> std::string {
      if (*left == 0) return {};
      --*left;
      ++pieces;
      return std::string(kPiece, 'x');
    });
  });
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::make_unique<Client>(path_));
    expect_served(*clients.back());
    for (int request = 0; request < 3; ++request) ASSERT_TRUE(clients.back()->send("list\n"));
  }
  Client other(path_);
  ASSERT_TRUE(other.send("list\n"));
  EXPECT_EQ(other.skip(kAnswer + 1), kAnswer + 1);
  EXPECT_LT((pieces - kPieces) * kPiece, 10u << 20) << "of 300 MB that were asked for";
  publish("news");
  EXPECT_EQ(other.line(), "news");
  // A client that reads at last gets everything, and no event in the middle of an answer.
  std::size_t answers = 0, news = 0;
  for (int i = 0; i < 4; ++i) {
    auto const line = clients.front()->line().value_or("nothing");
    if (line == "news") {
      ++news;
    } else {
      EXPECT_EQ(line.size(), kAnswer);
      EXPECT_EQ(line.find_first_not_of('x'), std::string::npos);
      ++answers;
    }
  }
  EXPECT_EQ(answers, 3u);
  EXPECT_EQ(news, 1u);
}

TEST_F(ControlSocketLimits, ARequestMayBeLongButNotEndless) {
  ControlSocket::Options options;
  options.max_request_bytes = 1 << 20;
  start(options);
  Client client(path_), other(path_);
  std::string const longest(options.max_request_bytes - 1, 'x');
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(client.send(longest + "\n"));
    EXPECT_EQ(client.line(), "got " + longest);
  }
  client.send(longest + "xx\n");
  EXPECT_EQ(client.line(), R"({"ok":false,"error":"the request is longer than 1048576 bytes"})");
  EXPECT_EQ(client.line(), std::nullopt);
  expect_served(other);
}

TEST_F(ControlSocketLimits, OneClientAtATimeSendsALongRequest) {
  std::string order;  // first letters of long requests
  start({}, [&](std::string_view line) {
    if (line.size() > 10) order += line.front();
    return repeat(line);
  });
  // More than 64 KiB do not fit into the system's buffers: a part of them has been read.
  std::string const request(300'000, 'x');
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 4; ++i) clients.push_back(std::make_unique<Client>(path_));
  ASSERT_TRUE(clients[0]->send("a" + request));
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < clients.size(); ++i)
    threads.emplace_back([&, i] {
      EXPECT_TRUE(clients[i]->send("b" + request + "\n"));
      EXPECT_EQ(clients[i]->line(), "got b" + request);
    });
  Client small(path_);
  expect_served(small);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));  // or the others have not begun
  ASSERT_TRUE(clients[0]->send("\nhalf"));
  EXPECT_EQ(clients[0]->line(), "got a" + request);
  for (auto& thread : threads) thread.join();
  // A client that leaves in the middle of its request lets the next one go on.
  ASSERT_TRUE(clients[1]->send("c" + request));
  clients[1].reset();
  ASSERT_TRUE(clients[0]->send(request + "\n"));
  EXPECT_EQ(clients[0]->line(), "got half" + request);
  stop();
  EXPECT_EQ(order, "abbbh");
}

}  // namespace
}  // namespace warpline::app
