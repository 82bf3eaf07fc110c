// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "elements/ids/app/sessions.hpp"
#include "tests/elements/ids/app/tls_pieces.hpp"

/// What is expected here is what Suricata 7.0.10 gave for the same messages.
namespace warpline::ids {
namespace {

using namespace std::string_literals;
using namespace test::tls;

using test::buffer_of, test::bytes_of, test::half, test::record_of;
using Status = AppSession::Status;

constexpr bool kToServer = true, kToClient = false;
constexpr char kChangeCipherSpec = 20, kAlert = 21, kHandshake = 22, kApplicationData = 23;
std::string const kHelloDone = message(14, "");
std::string const kCertificateMembers =
    R"("subject":"C=US, O=Example, Inc., CN=www.example.com + OID(2.5.4.65)=p, Email=a@b.c",)"
    R"("issuerdn":"CN=iss","serial":"00:AA:BB:01",)"
    R"("fingerprint":"6e:2e:e6:d6:b8:93:87:cd:62:d3:ca:96:95:b2:25:73:28:83:cf:06")";
std::string const kTimes = R"("notbefore":"2020-01-02T03:04:05","notafter":"2049-01-02T03:04:05")";

std::string flight() { return server_hello({}) + certificates({certificate()}) + kHelloDone; }

struct Connection {
  std::unique_ptr<AppSession> session = make_tls_session(true);
  Status client(std::string const& text) { return session->add(kToServer, bytes_of(text)); }
  Status server(std::string const& text) { return session->add(kToClient, bytes_of(text)); }
  std::optional<std::string> from_client(Buffer buffer) {
    return buffer_of(*session, 0, kToServer, buffer);
  }
  std::optional<std::string> from_server(Buffer buffer) {
    return buffer_of(*session, 0, kToClient, buffer);
  }
  std::optional<std::uint32_t> state() { return session->value(0, kToServer, AppField::kSslState); }
  std::optional<std::uint32_t> version(bool to_server) {
    return session->value(0, to_server, AppField::kTlsVersion);
  }
};

Connection after_hello(std::string const& extensions) {
  Connection connection;
  connection.client(record(kHandshake, client_hello({extensions})));
  return connection;
}

TEST(TlsSession, WritesAConnectionAsSuricata) {
  auto connection = after_hello(server_name("a.com"));
  EXPECT_EQ(connection.session->records(0), 0u);
  EXPECT_EQ(record_of(*connection.session, 0),
            R"({"sni":"a.com","version":"UNDETERMINED","ja3":{"hash":)"
            R"("511974de8ee61c0ed69a8e1d1d9c2cba","string":"771,4865-47,0,,"}})");
  connection.server(record(kHandshake, flight()));
  EXPECT_EQ(connection.session->records(0), 1u);
  EXPECT_EQ(record_of(*connection.session, 0),
            "{" + kCertificateMembers + R"(,"sni":"a.com","version":"TLS 1.2",)" + kTimes +
                R"(,"ja3":{"hash":"511974de8ee61c0ed69a8e1d1d9c2cba","string":"771,4865-47,0,,"},)"
                R"("ja3s":{"hash":"5397c414a9ebeaff1bf18b70ca22eaa0","string":"771,47,"}})");
}

TEST(TlsSession, GivesTheBuffersOfEachSide) {
  auto connection = after_hello(server_name("WWW.a.com"));
  EXPECT_EQ(connection.from_client(Buffer::kTlsSni), "WWW.a.com");
  EXPECT_EQ(connection.from_server(Buffer::kTlsSni), std::nullopt);
  EXPECT_EQ(connection.from_server(Buffer::kTlsCertSubject), std::nullopt);
  connection.server(record(kHandshake, flight()));
  EXPECT_EQ(connection.from_server(Buffer::kTlsCertIssuer), "CN=iss");
  EXPECT_EQ(connection.from_server(Buffer::kTlsCertSerial), "00:AA:BB:01");
  EXPECT_EQ(connection.from_server(Buffer::kTlsCertFingerprint),
            "6e:2e:e6:d6:b8:93:87:cd:62:d3:ca:96:95:b2:25:73:28:83:cf:06");
  EXPECT_EQ(connection.from_client(Buffer::kTlsCertSubject), std::nullopt);
  EXPECT_EQ(connection.from_client(Buffer::kJa3String), "771,4865-47,0,,");
  EXPECT_EQ(connection.from_client(Buffer::kJa3Hash), "511974de8ee61c0ed69a8e1d1d9c2cba");
  EXPECT_EQ(connection.from_server(Buffer::kJa3sString), "771,47,");
  EXPECT_EQ(connection.from_server(Buffer::kJa3sHash), "5397c414a9ebeaff1bf18b70ca22eaa0");
  EXPECT_EQ(connection.from_client(Buffer::kJa3sHash), std::nullopt);
  connection.client(record(kHandshake, certificates({certificate()})));
  EXPECT_EQ(connection.from_client(Buffer::kTlsCertIssuer), "CN=iss");
  auto const text = record_of(*connection.session, 0);
  EXPECT_NE(text.find(R"("client":{"subject":"C=US, O=)"), std::string::npos);
  EXPECT_NE(text.find(R"("serial":"00:AA:BB:01",)" + kTimes + "}}"), std::string::npos);
}

TEST(TlsSession, MakesNoFingerprintsUnlessAsked) {
  auto const session = make_tls_session(false);
  session->add(kToServer, bytes_of(record(kHandshake, client_hello({server_name("a.com")}))));
  EXPECT_EQ(buffer_of(*session, 0, kToServer, Buffer::kJa3String), std::nullopt);
  EXPECT_EQ(record_of(*session, 0), R"({"sni":"a.com","version":"UNDETERMINED"})");
}

TEST(TlsSession, TakesRecordsAndMessagesCutAnywhere) {
  auto const hello = client_hello({server_name("a.com")});
  std::string pieces;
  for (auto const c : hello) pieces += record(kHandshake, std::string(1, c));
  for (auto const& stream : {record(kHandshake, hello), pieces}) {
    for (std::size_t cut = 1; cut < stream.size(); cut += 3) {
      Connection connection;
      connection.client(stream.substr(0, cut));
      connection.client(stream.substr(cut));
      ASSERT_EQ(connection.from_client(Buffer::kTlsSni), "a.com") << cut;
    }
  }
  auto connection = after_hello("");
  for (auto const c : record(kHandshake, flight())) connection.server(std::string(1, c));
  EXPECT_EQ(connection.from_server(Buffer::kTlsCertIssuer), "CN=iss");
}

TEST(TlsSession, LeavesGreaseOutOfFingerprints) {
  Connection connection;
  connection.client(record(
      kHandshake, client_hello({extension(0x0a0a, "") + server_name("www.Example.com") +
                                    extension(10, with_length(halves({0x5a5a, 0x001d, 0x0017}))) +
                                    extension(11, "\1\0"s) + extension(0x1a1a, "\0"s) +
                                    extension(13, with_length(half(0x0401))),
                                {0x0a0a, 0x1301, 0x2a2a, 0xfafa, 0x002f, 0x0a1a}})));
  EXPECT_EQ(connection.from_client(Buffer::kJa3String), "771,4865-47-2586,0-10-11-13,29-23,0");
  EXPECT_EQ(connection.from_client(Buffer::kJa3Hash), "9c6f128bc2b01e52c2dc1f278f1eef51");
  connection.server(record(kHandshake, server_hello({extension(0x3a3a, "") + extension(23, "")})));
  EXPECT_EQ(connection.from_server(Buffer::kJa3sString), "771,47,23");
}

TEST(TlsSession, ReadsServerNamesAsSuricata) {
  auto const name = [](std::string const& extensions) {
    return after_hello(extensions).from_client(Buffer::kTlsSni);
  };
  EXPECT_EQ(name(server_name(std::string(255, 'x'))), std::string(255, 'x'));
  EXPECT_EQ(name(server_name("a\0b.com"s)), "a");
  EXPECT_EQ(name(server_name("a.com") + server_name("b.com")), "a.com");
  EXPECT_EQ(name(extension(0, "\0\x50\0\0\1a"s)), "a");  // its list has a wrong length
  for (auto const& wrong : {server_name(""), server_name(std::string(256, 'x')),
                            server_name("a.com", 1), extension(0, ""),
                            extension(0,
                                      "\0\4\0\0\x50"
                                      "a"s)})
    EXPECT_EQ(name(wrong), std::nullopt);
  // Records have a name only if it is UTF-8.
  auto connection = after_hello(server_name("\xe9.com"));
  EXPECT_EQ(connection.from_client(Buffer::kTlsSni), "\xe9.com");
  EXPECT_EQ(record_of(*connection.session, 0).find("sni"), std::string::npos);
}

TEST(TlsSession, StopsAtExtensionsThatAreWrong) {
  auto const ja3 = [](std::string const& extensions) {
    auto connection = after_hello(extensions);
    return connection.from_client(Buffer::kJa3String).value_or("none") +
           (connection.from_client(Buffer::kJa3Hash) ? " hash" : "");
  };
  auto const groups = extension(10, with_length(half(29)));
  EXPECT_EQ(ja3(extension(23, "") + server_name("a", 1) + groups), "771,4865-47,23,, hash");
  EXPECT_EQ(ja3(extension(10, "\0\3\0\x1d\0"s) + groups), "771,4865-47,,29, hash");
  EXPECT_EQ(ja3(extension(10, "\0\x22\0\x1d"s) + groups), "771,4865-47,,, hash");
  EXPECT_EQ(ja3(extension(10, "\0"s) + groups), "771,4865-47,,, hash");
  EXPECT_EQ(ja3(extension(11, "\5\0"s) + groups), "771,4865-47,,, hash");
  EXPECT_EQ(ja3(extension(43, "\7\3\4"s) + groups), "771,4865-47,,, hash");
  EXPECT_EQ(ja3(extension(10, "") + extension(11, "")), "771,4865-47,10-11,, hash");
  EXPECT_EQ(ja3(groups + groups), "771,4865-47,10-10,29-29, hash");
  EXPECT_EQ(ja3(groups + "\0\x0a\0\xc8x"s), "771,4865-47");
}

TEST(TlsSession, KeepsWhatStandsBeforeAFaultOfAHello) {
  Connection connection;
  connection.client(record(kHandshake, message(1, "\3\3abc")));
  EXPECT_EQ(connection.from_client(Buffer::kJa3String), "771");
  EXPECT_EQ(connection.from_client(Buffer::kJa3Hash), std::nullopt);
  EXPECT_EQ(connection.version(kToServer), 0x0303u);
  EXPECT_EQ(connection.state(), 1u);
  connection.server(record(kHandshake, message(2, "\3\3abc") + certificates({certificate()})));
  EXPECT_EQ(connection.from_server(Buffer::kJa3sString), "771");
  EXPECT_EQ(connection.from_server(Buffer::kTlsCertIssuer), "CN=iss");
}

TEST(TlsSession, GivesTheVersionOfEachSide) {
  Connection connection;
  connection.client(record(kHandshake, "", 0x0301).substr(0, 3));
  EXPECT_EQ(connection.version(kToServer), std::nullopt);
  connection.client(half(200));
  EXPECT_EQ(connection.version(kToServer), 0x0301u);
  auto const version = [](std::string const& extensions, ServerHello const& chosen) {
    auto one = after_hello(extensions);
    one.server(record(kHandshake, server_hello(chosen)));
    auto const text = record_of(*one.session, 0);
    auto const begin = text.find("\"version\":\"") + 11;
    return std::to_string(*one.version(kToServer)) + " " + std::to_string(*one.version(kToClient)) +
           " " + text.substr(begin, text.find('"', begin) - begin);
  };
  auto const chosen = extension(43, half(0x0304));
  EXPECT_EQ(version("", {}), "771 771 TLS 1.2");
  EXPECT_EQ(version("", {"", 0x0302}), "771 770 TLS 1.1");
  EXPECT_EQ(version("", {"", 0x0301}), "771 769 TLSv1");
  EXPECT_EQ(version("", {"", 0x0300}), "771 768 SSLv3");
  EXPECT_EQ(version("", {"", 0x0305}), "771 773 0x0305");
  EXPECT_EQ(version("", {chosen}), "771 772 TLS 1.3");
  EXPECT_EQ(version(extension(43, "\4" + halves({0x0304, 0x0303})), {chosen}), "772 772 TLS 1.3");
  EXPECT_EQ(version(extension(43, "\6" + halves({0x0a0a, 0x0303, 0x0304})), {chosen}),
            "771 772 TLS 1.3");
  EXPECT_EQ(version("", {"", 0x0304}), "771 772 TLS 1.3 draft-<16");
  EXPECT_EQ(version("", {"", 0x7f17}), "771 772 TLS 1.3 draft-23");
}

TEST(TlsSession, GivesTheStateOfTheLastMessage) {
  Connection connection;
  connection.client(record(kAlert, "\1\1"));
  EXPECT_EQ(connection.state(), 0u);
  connection.client(record(kHandshake, client_hello({})));
  EXPECT_EQ(connection.state(), 1u);
  connection.server(record(kHandshake, flight()));
  EXPECT_EQ(connection.state(), 2u);
  connection.server(record(kHandshake, message(12, "abcd") + kHelloDone));
  EXPECT_EQ(connection.state(), 8u);
  connection.server(record(kHandshake, message(13, "abcd")));
  EXPECT_EQ(connection.state(), 0u);
  connection.client(record(kHandshake, message(16, "abcd") + message(15, "abcd")));
  EXPECT_EQ(connection.state(), 4u);
}

TEST(TlsSession, IsCompleteOnceBothSidesEncryptAndDoneOnceThereIsData) {
  auto connection = after_hello("");
  connection.server(record(kHandshake, flight()));
  auto const& session = *connection.session;
  EXPECT_EQ(connection.client(record(kChangeCipherSpec, "\1")), Status::kContinue);
  EXPECT_FALSE(session.is_complete(0, kToServer));
  EXPECT_EQ(connection.client(record(kHandshake, certificates({certificate()}))),
            Status::kContinue);  // that is not to be read
  EXPECT_EQ(connection.from_client(Buffer::kTlsCertIssuer), std::nullopt);
  EXPECT_EQ(connection.server(record(kChangeCipherSpec, "\1")), Status::kContinue);
  EXPECT_TRUE(session.is_complete(0, kToServer) && session.is_complete(0, kToClient));
  EXPECT_EQ(connection.server(record(kHandshake, "finished")), Status::kContinue);
  EXPECT_EQ(connection.server(record(kApplicationData, "x")), Status::kEncrypted);
  auto other = after_hello("");
  EXPECT_EQ(other.client(record(kApplicationData, "early")), Status::kBeginsEncryption);
  EXPECT_FALSE(other.session->is_complete(0, kToServer));
  EXPECT_EQ(other.server(record(kHandshake, flight())), Status::kBeginsEncryption);
  EXPECT_EQ(other.server(record(kApplicationData, "x")), Status::kEncrypted);
  EXPECT_EQ(other.from_server(Buffer::kTlsCertIssuer), "CN=iss");
}

TEST(TlsSession, RecordsConnectionsWithoutACertificateThatAreResumed) {
  auto const records = [](ClientHello const& hello, ServerHello const& answer) {
    Connection connection;
    connection.client(record(kHandshake, client_hello(hello)));
    EXPECT_EQ(connection.session->records(0), 0u);
    connection.server(record(kHandshake, server_hello(answer)));
    bool const marked =
        record_of(*connection.session, 0).starts_with(R"({"session_resumed":true,)");
    return std::to_string(connection.session->records(0)) + (marked ? " resumed" : "");
  };
  std::string const id(32, 'i'), other(32, 'o');
  Halves const ciphers{0x002f};
  EXPECT_EQ(records({"", ciphers, 0x0303, id}, {"", 0x0303, id}), "1 resumed");
  EXPECT_EQ(records({"", ciphers, 0x0303, id}, {"", 0x0303, other}), "0");
  EXPECT_EQ(records({}, {}), "0");
  EXPECT_EQ(records({extension(35, "")}, {}), "1 resumed");
  EXPECT_EQ(records({extension(35, "")}, {extension(43, half(0x0304))}), "1");
  EXPECT_EQ(records({}, {extension(43, half(0x0304))}), "0");
  EXPECT_EQ(records({}, {"", 0x7f12}), "1");
}

TEST(TlsSession, FailsAtRecordsThatAreWrong) {
  for (auto const& wrong : {record(30, "abc"), record(19, "abc"), record(kHandshake, "abc", 0x0305),
                            record(kHandshake, "abc", 0x0200), record(kHandshake, ""),
                            record(kApplicationData, ""), "\x17\3\3\x44\x01"s}) {
    auto connection = after_hello(server_name("a.com"));
    EXPECT_EQ(connection.server(wrong), Status::kFailed);
    EXPECT_TRUE(connection.session->is_complete(0, kToServer));
    EXPECT_EQ(connection.from_client(Buffer::kTlsSni), "a.com");
  }
  auto connection = after_hello("");
  EXPECT_EQ(connection.server("\x17\3\3\x44\0"s), Status::kBeginsEncryption);
  EXPECT_EQ(connection.session->skip(kToClient, 1), Status::kFailed);
}

TEST(TlsSession, TakesTheFirstCertificateThatIsValid) {
  auto const issuer = [](std::string const& messages) {
    auto connection = after_hello("");
    connection.server(record(kHandshake, server_hello({}) + messages));
    return connection.from_server(Buffer::kTlsCertIssuer);
  };
  EXPECT_EQ(issuer(certificates({certificate(), "garbage"})), "CN=iss");
  EXPECT_EQ(issuer(certificates({})), std::nullopt);
  EXPECT_EQ(issuer(certificates({"garbage"})), std::nullopt);
  EXPECT_EQ(issuer(message(11, "\0\0\x10\0\xff\xff"s + certificate())), std::nullopt);
  EXPECT_EQ(issuer(message(99, "abc") + message(0, "") + certificates({certificate()})), "CN=iss");
}

TEST(TlsSession, KeepsTheBeginningOfLongMessages) {
  auto connection = after_hello("");
  auto const chain = certificates({certificate(), std::string(100'000, 'x')});
  for (std::size_t i = 0; i < chain.size(); i += 16'000)
    connection.server(record(kHandshake, chain.substr(i, 16'000)));
  EXPECT_EQ(connection.from_server(Buffer::kTlsCertIssuer), "CN=iss");
  connection.server(record(kHandshake, server_hello({})));
  EXPECT_EQ(connection.state(), 2u);
  EXPECT_LT(connection.session->memory(), 140'000u);
}

TEST(TlsSession, ReadsHellosInTheFormOfSsl2) {
  auto const hello = "\1\3\1"s + halves({3, 0, 16}) + "\0\0\x2f"s + std::string(16, 'c');
  Connection connection;
  for (auto const c : "\x80"s + static_cast<char>(hello.size()) + hello)
    EXPECT_EQ(connection.client(std::string(1, c)), Status::kContinue);
  EXPECT_EQ(connection.state(), 1u);
  EXPECT_EQ(connection.version(kToServer), 0x0301u);
  EXPECT_EQ(connection.from_client(Buffer::kJa3String), std::nullopt);
  connection.server(record(kHandshake, flight(), 0x0301));
  EXPECT_EQ(connection.from_server(Buffer::kTlsCertIssuer), "CN=iss");
}

TEST(TlsSession, AllocatesNothingForTheNextConnectionButForCertificates) {
  auto connection = after_hello(server_name("www.example.com"));
  connection.server(record(kHandshake, flight()));
  auto const memory = connection.session->memory();
  for (int i = 0; i < 3; ++i) {
    connection.session->reset();
    EXPECT_EQ(connection.session->end(), 0u);
    connection.client(record(kHandshake, client_hello({server_name("www.example.com")})));
    connection.server(record(kHandshake, flight()));
    EXPECT_EQ(connection.session->records(0), 1u);
  }
  EXPECT_EQ(connection.session->memory(), memory);
}

}  // namespace
}  // namespace warpline::ids
