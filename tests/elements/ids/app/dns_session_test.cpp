// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "elements/ids/app/sessions.hpp"
#include "tests/elements/ids/app/session_pieces.hpp"

/// What is expected here is what Suricata 7.0.10 gave for the same messages.
namespace warpline::ids {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

using test::half, test::bytes_of, test::buffer_of, test::record_of, test::alert_of;
using Status = AppSession::Status;

constexpr bool kToServer = true, kToClient = false;
std::string const kPointer = "\xc0\x0c";  // to the first question
std::string const kAcom = "\1a\3com\0"s;

struct Counts {
  unsigned questions = 1, answers = 0, authorities = 0, additionals = 0;
};
std::string header(unsigned flags, Counts counts = {}) {
  return half(1) + half(flags) + half(counts.questions) + half(counts.answers) +
         half(counts.authorities) + half(counts.additionals);
}
std::string question(std::string const& name, unsigned type = 1) {
  return name + half(type) + half(1);
}
std::string record(std::string const& name, unsigned type, std::string const& data) {
  return question(name, type) + half(0) + half(60) + half(static_cast<unsigned>(data.size())) +
         data;
}
std::string request(std::string const& name) { return header(0x0100) + question(name); }
std::string response(unsigned type, std::string const& data) {
  return header(0x8180, {1, 1, 0, 0}) + question(kAcom, type) + record(kPointer, type, data);
}
std::string framed(std::string const& message) {
  return half(static_cast<unsigned>(message.size())) + message;
}

/// The record of a response with one answer, after the members that all have.
std::string answers(unsigned type, std::string const& data) {
  auto const session = make_dns_session(false);
  session->add(kToClient, bytes_of(response(type, data)));
  if (session->end() == 0) return "refused";
  auto const text = record_of(*session, 0);
  return text.substr(text.find("\"answers\""));
}
std::string name_of_request(std::string const& name) {
  auto const session = make_dns_session(false);
  session->add(kToServer, bytes_of(request(name)));
  if (session->end() == 0) return "refused";
  return buffer_of(*session, 0, kToServer, Buffer::kDnsQuery).value_or("none");
}

TEST(DnsSession, GivesNamesOfQuestionsWithDots) {
  EXPECT_EQ(name_of_request("\3WWW\7Example\3com\0"s), "WWW.Example.com");
  EXPECT_EQ(name_of_request("\3a.b\3com\0"s), "a.b.com");
  EXPECT_EQ(name_of_request("\3a\x01\xff\0"s), "a\x01\xff");
  EXPECT_EQ(name_of_request("\0"s), "");
}

TEST(DnsSession, GivesEachQuestionOfARequest) {
  auto const session = make_dns_session(false);
  session->add(kToServer,
               bytes_of(header(0x0100, {2, 0, 0, 0}) + question(kAcom) + question("\1b\0"s, 28)));
  EXPECT_EQ(buffer_of(*session, 0, kToServer, Buffer::kDnsQuery, 0), "a.com");
  EXPECT_EQ(buffer_of(*session, 0, kToServer, Buffer::kDnsQuery, 1), "b");
  EXPECT_EQ(buffer_of(*session, 0, kToServer, Buffer::kDnsQuery, 2), std::nullopt);
  ASSERT_EQ(session->records(0), 2u);
  EXPECT_EQ(
      record_of(*session, 0, 1),
      R"({"version":2,"type":"query","id":1,"rrname":"b","rrtype":"AAAA","tx_id":0,"opcode":0})");
  EXPECT_EQ(alert_of(*session, 0),
            R"({"version":2,"query":[)"
            R"({"type":"query","id":1,"rrname":"a.com","rrtype":"A","tx_id":0,"opcode":0},)"
            R"({"type":"query","id":1,"rrname":"b","rrtype":"AAAA","tx_id":0,"opcode":0}]})");
}

TEST(DnsSession, MakesATransactionOfEachMessageInItsDirection) {
  auto const session = make_dns_session(false);
  session->add(kToServer, bytes_of(request(kAcom)));
  session->add(kToClient, bytes_of(response(1, "\1\2\3\4")));
  ASSERT_EQ(session->end(), 2u);
  EXPECT_TRUE(session->has_direction(0, kToServer));
  EXPECT_FALSE(session->has_direction(0, kToClient));
  EXPECT_FALSE(session->has_direction(1, kToServer));
  EXPECT_TRUE(session->is_complete(0, kToServer) && session->is_complete(0, kToClient));
  EXPECT_EQ(buffer_of(*session, 1, kToClient, Buffer::kDnsQuery), std::nullopt);
  EXPECT_EQ(record_of(*session, 1),
            R"({"version":2,"type":"answer","id":1,"flags":"8180","qr":true,"rd":true,"ra":true,)"
            R"("opcode":0,"rrname":"a.com","rrtype":"A","rcode":"NOERROR","answers":[{"rrname":)"
            R"("a.com","rrtype":"A","ttl":60,"rdata":"1.2.3.4"}],"grouped":{"A":["1.2.3.4"]}})");
  EXPECT_EQ(alert_of(*session, 1),
            R"({"version":2,"answer":{"version":2,"type":"answer","id":1,"flags":"8180",)"
            R"("qr":true,"rd":true,"ra":true,"opcode":0,"rrname":"a.com","rrtype":"A",)"
            R"("rcode":"NOERROR"}})");
}

TEST(DnsSession, FollowsPointersAndEndsLoops) {
  auto const session = make_dns_session(false);
  session->add(kToServer, bytes_of(request("\1a\xc0\x14") + "\3fwd\0"s));
  EXPECT_EQ(buffer_of(*session, 0, kToServer, Buffer::kDnsQuery), "a.fwd");
  EXPECT_EQ(name_of_request("\1a\xc0\x0e"), "refused");  // a pointer to itself
  EXPECT_EQ(name_of_request("\1a\xc0\xff"), "refused");
  EXPECT_EQ(name_of_request("\x41"
                            "a"),
            "refused");
  EXPECT_EQ(name_of_request("\1a\xc0\x0c").size(), 255u);  // 128 labels and 127 pointers
}

TEST(DnsSession, LimitsNames) {
  auto const labels = [](unsigned count) {
    std::string name;
    for (unsigned i = 0; i < count; ++i) name += "\1x";
    return name + '\0';
  };
  EXPECT_EQ(name_of_request(labels(255)).size(), 509u);
  EXPECT_EQ(name_of_request(labels(256)), "refused");
  std::string long_name;
  for (int i = 0; i < 16; ++i) long_name += '\x3f' + std::string(63, 'x');
  auto const session = make_dns_session(false);
  session->add(kToServer, bytes_of(request(long_name + "\3zzz\1q\0"s)));
  ASSERT_EQ(session->end(), 1u);
  EXPECT_EQ(buffer_of(*session, 0, kToServer, Buffer::kDnsQuery)->size(), 1025u);
  EXPECT_NE(record_of(*session, 0).find(R"(z","rrname_truncated":true,"rrtype":"A")"),
            std::string::npos);
}

TEST(DnsSession, RefusesWrongMessagesAndGoesOnOverUdp) {
  auto const session = make_dns_session(false);
  for (auto const& wrong :
       {header(0x0100) + "\3ab", header(0x0100) + kAcom + "\0"s, header(0x0100).substr(0, 11),
        header(0x0100, {2, 0, 0, 0}) + question(kAcom), header(0x8180) + question(kAcom)})
    EXPECT_EQ(session->add(kToServer, bytes_of(wrong)), Status::kContinue);
  EXPECT_EQ(session->end(), 0u);
  session->add(kToServer, bytes_of(request(kAcom) + "trailing"));
  EXPECT_EQ(session->end(), 1u);
}

TEST(DnsSession, ReadsRecordsOfResponsesOnlyAndNoAdditionalOnes) {
  auto const session = make_dns_session(false);
  session->add(kToServer, bytes_of(header(0x0100, {1, 1, 1, 1}) + question(kAcom) + "\xc0\xff"));
  session->add(kToClient, bytes_of(header(0x8180, {1, 0, 0, 1}) + question(kAcom) + "\xc0\xff"));
  EXPECT_EQ(session->end(), 2u);
  session->add(kToClient, bytes_of(header(0x8180, {1, 0, 1, 0}) + question(kAcom) + "\0\0"s));
  session->add(kToClient, bytes_of(header(0x8180, {1, 2, 0, 0}) + question(kAcom) +
                                   record(kPointer, 1, "\1\2\3\4")));
  EXPECT_EQ(session->end(), 2u);
}

TEST(DnsSession, TakesAResponseWithoutItsFlagButNoRequestWithIt) {
  auto const session = make_dns_session(false);
  session->add(kToClient, bytes_of(request(kAcom)));
  ASSERT_EQ(session->end(), 1u);
  EXPECT_EQ(record_of(*session, 0),
            R"({"version":2,"type":"answer","id":1,"flags":"100","rd":true,"opcode":0,)"
            R"("rrname":"a.com","rrtype":"A","rcode":"NOERROR"})");
}

TEST(DnsSession, MakesNoRecordWithoutAQuestion) {
  auto const session = make_dns_session(false);
  session->add(kToServer, bytes_of(header(0x0100, {0, 0, 0, 0})));
  session->add(kToClient, bytes_of(header(0x8180, {0, 0, 0, 0})));
  ASSERT_EQ(session->end(), 2u);
  EXPECT_EQ(session->records(0), 0u);
  EXPECT_EQ(session->records(1), 0u);
  EXPECT_EQ(alert_of(*session, 1), R"({"version":2})");
}

TEST(DnsSession, GivesTheOpcodeAndTheFlags) {
  auto const session = make_dns_session(false);
  session->add(kToServer, bytes_of(header(0x2840) + question(kAcom)));
  session->add(kToClient, bytes_of(header(0xffff) + question(kAcom)));
  EXPECT_EQ(session->value(0, kToServer, AppField::kDnsOpcode), 5u);
  EXPECT_EQ(session->value(0, kToServer, AppField::kTlsVersion), std::nullopt);
  EXPECT_NE(record_of(*session, 0).find(R"("tx_id":0,"z":true,"opcode":5)"), std::string::npos);
  EXPECT_NE(
      record_of(*session, 1)
          .find(R"("flags":"ffff","qr":true,"aa":true,"tc":true,"rd":true,"ra":true,"z":true,)"
                R"("opcode":15)"),
      std::string::npos);
  EXPECT_NE(record_of(*session, 1).find(R"("rcode":"15")"), std::string::npos);
}

TEST(DnsSession, WritesTheDataOfEachType) {
  auto const common = [](std::string const& type) {
    return R"("answers":[{"rrname":"a.com","rrtype":")" + type + R"(","ttl":60)";
  };
  auto const simple = [&](std::string const& type, std::string const& text) {
    return common(type) + R"(,"rdata":")" + text + R"("}],"grouped":{")" + type + R"(":[")" + text +
           R"("]}})";
  };
  auto const numbers = "\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\5"s;
  EXPECT_EQ(answers(1, "\1\2\3"), simple("A", ""));
  EXPECT_EQ(answers(28, "\x20\x01\x0d\xb8"s + std::string(11, '\0') + "\1"),
            simple("AAAA", "2001:0db8:0000:0000:0000:0000:0000:0001"));
  EXPECT_EQ(answers(2, "\2ns" + kPointer), simple("NS", "ns.a.com"));
  EXPECT_EQ(answers(5, "\1b" + kPointer), simple("CNAME", "b.a.com"));
  EXPECT_EQ(answers(12, kAcom), simple("PTR", "a.com"));
  EXPECT_EQ(answers(15, "\0\x0a"s + kAcom), simple("MX", "a.com"));
  EXPECT_EQ(answers(10, "abc\xff"), simple("NULL", R"(abc\\xff)"));
  EXPECT_EQ(answers(16, "\3abc\4defg"),
            common("TXT") + R"(,"rdata":"abc"},{"rrname":"a.com","rrtype":"TXT","ttl":60,)"
                            R"("rdata":"defg"}],"grouped":{"TXT":["abc","defg"]}})");
  std::string const soa =
      R"({"mname":"a.com","rname":"a.com","serial":1,"refresh":2,"retry":3,"expire":4,"minimum":5})";
  EXPECT_EQ(answers(6, kAcom + kAcom + numbers),
            common("SOA") + R"(,"soa":)" + soa + R"(}],"grouped":{"SOA":[)" + soa + "]}}");
  std::string const srv = R"({"priority":1,"weight":2,"port":80,"name":"a.com"})";
  EXPECT_EQ(answers(33, half(1) + half(2) + half(80) + kAcom),
            common("SRV") + R"(,"srv":)" + srv + R"(}],"grouped":{"SRV":[)" + srv + "]}}");
  std::string const print = R"({"fingerprint":"0a:0b","algo":1,"type":2})";
  EXPECT_EQ(answers(44, "\1\2\x0a\x0b"), common("SSHFP") + R"(,"sshfp":)" + print +
                                             R"(}],"grouped":{"SSHFP":[)" + print + "]}}");
  EXPECT_EQ(answers(257, "x"), common("257") + R"(}],"grouped":{}})");
  EXPECT_EQ(answers(65, "x"), common("HTTPS") + R"(}],"grouped":{}})");
}

TEST(DnsSession, RefusesDataThatIsNotOfItsType) {
  EXPECT_EQ(answers(1, ""), "refused");
  EXPECT_EQ(answers(16, ""), "refused");
  EXPECT_EQ(answers(999, ""), "refused");
  EXPECT_EQ(answers(16, "\5abc"), "refused");
  EXPECT_EQ(answers(5, "\x45"), "refused");
  EXPECT_EQ(answers(5, "\5a"), "refused");
  EXPECT_EQ(answers(6, kAcom + kAcom + "\0"s), "refused");
  EXPECT_EQ(answers(33, "\5a"), "refused");
  EXPECT_EQ(answers(44, "\1"), "refused");
  EXPECT_EQ(answers(15, "\0"s), "refused");
  EXPECT_NE(answers(15, "\0\1"s), "refused");
  EXPECT_NE(answers(16, "\3abc\5de"), "refused");  // the first string is whole
}

TEST(DnsSession, MarksTruncatedNamesOfData) {
  auto const cname = answers(5, "\1b\xc0\x23");
  EXPECT_NE(cname.find(R"(b","rdata_truncated":true}],)"), std::string::npos) << cname;
  EXPECT_NE(cname.find(R"(b"]}})"), std::string::npos) << cname;
}

TEST(DnsSession, WritesTextAsSuricata) {
  EXPECT_NE(answers(16,
                    "\7\xc3\xa9"
                    "ab\x7f\t\n")
                .find("\"rdata\":\"\xc3\xa9"
                      "ab\x7f\\t\\n\""),
            std::string::npos);
  EXPECT_NE(answers(16,
                    "\6\xc3"
                    "ab\x7f\t\n")
                .find("\"rdata\":\"\\\\xc3ab\x7f\\t\\n\""),
            std::string::npos);
  EXPECT_NE(answers(16, "\7\x08\x0c\r\x1f/\"\\").find(R"("rdata":"\b\f\r\u001f/\"\\")"),
            std::string::npos);
}

TEST(DnsSession, TakesMessagesOverTcpInAnySegments) {
  auto const session = make_dns_session(true);
  auto const stream = framed(request(kAcom)) + "\0\0"s + framed(request("\1b\0"s));
  for (std::size_t cut = 1; cut < stream.size(); ++cut) {
    session->reset();
    for (auto const& part : {stream.substr(0, cut), stream.substr(cut)})
      EXPECT_EQ(session->add(kToServer, bytes_of(part)), Status::kContinue);
    ASSERT_EQ(session->end(), 2u) << cut;
    EXPECT_EQ(buffer_of(*session, 1, kToServer, Buffer::kDnsQuery), "b");
  }
  session->reset();
  for (char const c : stream) session->add(kToServer, bytes_of({&c, 1}));
  EXPECT_EQ(session->end(), 2u);
}

TEST(DnsSession, FailsOverTcpAtAWrongMessage) {
  auto const session = make_dns_session(true);
  EXPECT_EQ(session->add(kToServer, bytes_of(framed(request(kAcom)) + framed(response(1, "abcd")))),
            Status::kFailed);
  EXPECT_EQ(session->end(), 1u);
}

TEST(DnsSession, GoesOnAfterAGapAtAMessage) {
  auto const session = make_dns_session(true);
  session->add(kToServer, bytes_of(framed(request(kAcom)) + "\0"s));
  session->skip(kToServer, 20);
  EXPECT_EQ(session->add(kToServer, bytes_of(framed(request(kAcom)))), Status::kContinue);
  EXPECT_EQ(session->end(), 2u);
  session->skip(kToServer, 7);
  EXPECT_EQ(session->add(kToServer, bytes_of("GET / HTTP/1.1\r\n\r\n")), Status::kFailed);
}

TEST(DnsSession, UsesRemovedTransactionsAgain) {
  auto const session = make_dns_session(false);
  auto const turn = [&] {
    session->add(kToServer, bytes_of(request(kAcom)));
    EXPECT_TRUE(session->state(session->end() - 1).settled[0].empty());
    session->state(session->end() - 1).settle(0, 1);
  };
  turn(), turn();
  auto const memory = session->memory();
  for (int i = 0; i < 100; ++i) {
    session->remove_first();
    turn();
  }
  EXPECT_EQ(session->first(), 100u);
  EXPECT_EQ(session->end(), 102u);
  EXPECT_EQ(session->memory(), memory);
}

}  // namespace
}  // namespace warpline::ids
