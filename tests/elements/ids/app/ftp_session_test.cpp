// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "elements/ids/app/sessions.hpp"
#include "tests/elements/ids/app/session_pieces.hpp"

namespace warpline::ids {
namespace {

using namespace std::string_literals;

using test::buffer_of, test::bytes_of, test::record_of;
using Status = AppSession::Status;

constexpr bool kToServer = true, kToClient = false;

struct Talk {
  std::unique_ptr<AppSession> session = make_ftp_session();
  Status client(std::string const& text) { return session->add(kToServer, bytes_of(text)); }
  Status server(std::string const& text) { return session->add(kToClient, bytes_of(text)); }
  std::optional<std::string> command(std::uint64_t number) {
    return buffer_of(*session, number, kToServer, Buffer::kFtpCommand);
  }
  bool is_answered(std::uint64_t number) { return session->is_complete(number, kToClient); }
};

TEST(FtpSession, MakesATransactionOfEachCommand) {
  Talk talk;
  talk.server("220 (vsFTPd) 3\r\n");
  talk.client("user anonymous\r\n");
  EXPECT_FALSE(talk.is_answered(1));
  talk.server("331 Please specify the password.\r\n");
  EXPECT_TRUE(talk.is_answered(1));
  ASSERT_EQ(talk.session->end(), 2u);
  EXPECT_FALSE(talk.session->has_direction(0, kToServer));
  EXPECT_EQ(talk.command(0), std::nullopt);
  EXPECT_EQ(talk.command(1), "USER");
  // As Suricata 7.0.10 writes them.
  EXPECT_EQ(record_of(*talk.session, 0),
            R"({"completion_code":["220"],"reply":["(vsFTPd) 3"],"reply_received":"yes",)"
            R"("reply_truncated":false})");
  EXPECT_EQ(record_of(*talk.session, 1),
            R"({"command":"USER","command_data":"anonymous","command_truncated":false,)"
            R"("completion_code":["331"],"reply":["Please specify the password."],)"
            R"("reply_received":"yes","reply_truncated":false})");
}

TEST(FtpSession, GivesRepliesToTheCommandsInTheirOrder) {
  Talk talk;
  talk.client("USER a\r\nPASS b\nRETR f\r\n");
  talk.server("331 x\r\n230-first\r\n second\r\n230-third\r\n230 last\r\n150 Opening\r\n");
  EXPECT_TRUE(talk.is_answered(0) && talk.is_answered(1));
  EXPECT_FALSE(talk.is_answered(2));
  talk.server("226 Done.\r\n");
  EXPECT_TRUE(talk.is_answered(2));
  EXPECT_NE(record_of(*talk.session, 1)
                .find(R"(["230","230","230"],"reply":["first"," second","third","last"])"),
            std::string::npos);
  EXPECT_NE(record_of(*talk.session, 2)
                .find(R"("completion_code":["150","226"],"reply":["Opening","Done."])"),
            std::string::npos);
}

TEST(FtpSession, TakesCommandsInAnySegments) {
  Talk talk;
  for (auto const c : "  USER a\r\n\r\nQUIT\n"s) talk.client(std::string(1, c));
  ASSERT_EQ(talk.session->end(), 2u);
  EXPECT_EQ(talk.command(0), "USER");
  EXPECT_EQ(talk.command(1), "QUIT");
  EXPECT_EQ(record_of(*talk.session, 1),
            R"({"command":"QUIT","reply_received":"no","reply_truncated":false})");
}

TEST(FtpSession, KeepsTheBeginningOfLongLines) {
  Talk talk;
  talk.client("USER " + std::string(100'000, 'a') + "\r\nQUIT\r\n");
  ASSERT_EQ(talk.session->end(), 2u);
  EXPECT_EQ(talk.command(1), "QUIT");
  EXPECT_LT(talk.session->memory(), 20'000u);
  for (int i = 0; i < 1000; ++i) talk.server("230-" + std::string(1000, 'x') + "\r\n");
  EXPECT_LT(talk.session->memory(), 40'000u);
}

TEST(FtpSession, GivesUpOnRepliesOfOldCommands) {
  Talk talk;
  for (int i = 0; i < 300; ++i) talk.client("NOOP\r\n");
  EXPECT_TRUE(talk.is_answered(43));
  EXPECT_FALSE(talk.is_answered(44));
}

TEST(FtpSession, EndsWhereTlsBegins) {
  Talk talk;
  talk.client("AUTH TLS\r\n");
  EXPECT_EQ(talk.server("234 go\r\n\x16\3\1"), Status::kDone);
  EXPECT_EQ(talk.client("\x16\3\1\n"), Status::kDone);
  EXPECT_EQ(talk.session->end(), 1u);
}

}  // namespace
}  // namespace warpline::ids
