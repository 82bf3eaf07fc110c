// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "elements/ids/app/sessions.hpp"
#include "tests/elements/ids/app/session_pieces.hpp"

/// What is expected here is what Suricata 7.0.10 gave for the same bytes.
namespace warpline::ids {
namespace {

using namespace std::string_literals;

using test::buffer_of, test::bytes_of, test::record_of;
using Status = AppSession::Status;

constexpr bool kToServer = true, kToClient = false;

/// Protocol and software of a client's line, or the reason that there are none.
std::string banner(std::string const& line) {
  auto const session = make_ssh_session();
  if (session->add(kToServer, bytes_of(line)) == Status::kFailed) return "failed";
  return buffer_of(*session, 0, kToServer, Buffer::kSshProtocol).value_or("none") + "|" +
         buffer_of(*session, 0, kToServer, Buffer::kSshSoftware).value_or("none");
}

TEST(SshSession, ReadsTheIdentificationOfBothSides) {
  auto const session = make_ssh_session();
  EXPECT_EQ(session->add(kToServer, bytes_of("SSH-2.0-OpenSSH_7.4\r\n")), Status::kContinue);
  EXPECT_TRUE(session->is_complete(0, kToServer));
  EXPECT_FALSE(session->is_complete(0, kToClient));
  EXPECT_EQ(session->add(kToServer, bytes_of("\0\0\1\4binary"s)), Status::kContinue);
  EXPECT_EQ(session->add(kToClient, bytes_of("SSH-1.99-OpenSSH_8.9p1 Ubuntu-3\r\n")),
            Status::kDone);
  EXPECT_EQ(buffer_of(*session, 0, kToClient, Buffer::kSshProtocol), "1.99");
  EXPECT_EQ(record_of(*session, 0),
            R"({"client":{"proto_version":"2.0","software_version":"OpenSSH_7.4"},)"
            R"("server":{"proto_version":"1.99","software_version":"OpenSSH_8.9p1"}})");
}

TEST(SshSession, CutsTheLineAsSuricata) {
  EXPECT_EQ(banner("SSH-2.0-soft comment\r\n"), "2.0|soft");
  EXPECT_EQ(banner("SSH-2.0-so-ft-x\r\n"), "2.0|so-ft-x");
  EXPECT_EQ(banner("SSH-2.0-soft\tx\n"), "2.0|soft\tx");
  EXPECT_EQ(banner("SSH-2.0-so\rft\r\n"), "2.0|so");
  EXPECT_EQ(banner("SSH-2.0-so\0ft\r\n"s), "2.0|so\0ft"s);
  EXPECT_EQ(banner("SSH-2.0-\r\n"), "2.0|none");
  EXPECT_EQ(banner("SSH-abc-x\r\n"), "abc|x");
  EXPECT_EQ(banner("SSH-2.0-soft"), "none|none");
  for (auto const* wrong : {"SSH-2.0\r\n", "SSH-2.0 x\r\n", "SSH--x\r\n", "ssh-2.0-x\r\n",
                            "Welcome\r\nSSH-2.0-x\r\n", "\r\nSSH-2.0-x\r\n"})
    EXPECT_EQ(banner(wrong), "failed") << wrong;
}

TEST(SshSession, TakesALineInAnySegments) {
  auto const session = make_ssh_session();
  for (auto const c : "SSH-2.0-soft\r\n"s) session->add(kToClient, bytes_of({&c, 1}));
  EXPECT_EQ(buffer_of(*session, 0, kToClient, Buffer::kSshSoftware), "soft");
  EXPECT_EQ(session->skip(kToClient, 10), Status::kContinue);
  EXPECT_EQ(session->skip(kToServer, 10), Status::kFailed);
}

TEST(SshSession, KeepsTheBeginningOfALongLine) {
  EXPECT_EQ(banner("SSH-2.0-" + std::string(1015, 'a')), "none|none");
  EXPECT_EQ(banner("SSH-2.0-" + std::string(300, 'a') + "\n"), "2.0|" + std::string(300, 'a'));
  EXPECT_EQ(banner("SSH-2.0-" + std::string(2000, 'a') + "\n"), "2.0|" + std::string(1016, 'a'));
  EXPECT_EQ(banner("SSH-2.0-" + std::string(2000, 'a')), "2.0|" + std::string(1016, 'a'));
  auto const session = make_ssh_session();
  session->add(kToServer, bytes_of("SSH-2.0-" + std::string(300, 'a') + "\n"));
  EXPECT_NE(record_of(*session, 0).find(std::string(256, 'a') + "[truncated]\""),
            std::string::npos);
}

}  // namespace
}  // namespace warpline::ids
