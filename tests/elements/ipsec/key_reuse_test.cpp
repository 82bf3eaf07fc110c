// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/database/key_reuse.hpp"

#include <gtest/gtest.h>

#include "elements/ipsec/config/gateway_file.hpp"
#include "elements/ipsec/config/sa_file.hpp"
#include "elements/ipsec/database/sa_database.hpp"
#include "tests/support/config_errors.hpp"
#include "tests/support/scoped.hpp"

namespace warpline::ipsec {
namespace {

std::string const kKey(40, '5');

std::string words(std::string const& spi, std::string const& more = "",
                  std::string const& key = kKey, std::string const& destination = "10.0.0.2") {
  return "src 10.0.0.1 dst " + destination + " proto esp mode tunnel spi " + spi +
         " aead rfc4106(gcm(aes)) 0x" + key + " 128 " + more + "\n";
}
std::string cbc(std::string const& spi) {
  return "src 10.0.0.1 dst 10.0.0.2 proto esp mode tunnel spi " + spi + " enc cbc(aes) 0x" +
         std::string(32, '5') + " auth-trunc hmac(sha1) 0x" + std::string(40, '6') + " 96\n";
}
std::string ctr(std::string const& spi) {
  return "src 10.0.0.1 dst 10.0.0.2 proto esp mode tunnel spi " + spi +
         " enc rfc3686(ctr(aes)) 0x" + kKey + " auth-trunc hmac(sha1) 0x" + std::string(40, '6') +
         " 96\n";
}

std::string messages_of_file(std::string const& text) {
  test::ScopedFolder const folder;
  auto const path = folder.write("t.sa", text);
  return test::messages_of([&] { load_sa_file(path); });
}

constexpr char const* kReused =
    "this SA has the key and salt of the one in line 1: both would encrypt with the same nonces, "
    "which reveals the plaintexts (RFC 4106 section 10); expected a key of its own for each SA\n";

TEST(KeyReuse, IsRefusedInAFile) {
  EXPECT_EQ(messages_of_file(words("0x101", "dir out") + words("0x102", "dir out")), kReused);
  EXPECT_EQ(messages_of_file(words("0x101", "dir out") + words("0x102", "dir in")), kReused);
  EXPECT_EQ(messages_of_file(words("0x101") + words("0x101", "", kKey, "10.0.0.3")), kReused);
  EXPECT_EQ(messages_of_file(words("0x101") + ctr("0x102")), kReused)
      << "CTR counts blocks as GCM does";
}

TEST(KeyReuse, IsNoneInBothDirectionsOfAnSaOrUnderRandomIvs) {
  EXPECT_EQ(messages_of_file(words("0x101", "dir out") + words("0x101", "dir in")), "no error");
  EXPECT_EQ(messages_of_file(cbc("0x101") + cbc("0x102")), "no error");
  auto other = kKey;
  other.back() = '6';  // another salt
  EXPECT_EQ(messages_of_file(words("0x101") + words("0x102", "", other)), "no error");
}

TEST(KeyReuse, IsRefusedInATomlFile) {
  std::string text;
  for (std::string const spi : {"0x101", "0x102"})
    text += "[[sa]]\nsource = '10.0.0.1'\ndestination = '10.0.0.2'\nspi = " + spi +
            "\nsuite = 'aes128-gcm'\nkey = '" + kKey + "'\n";
  test::ScopedFolder const folder;
  auto const path = folder.write("t.toml", text);
  EXPECT_EQ(test::messages_of([&] { load_gateway_file(path); }), kReused);
}

TEST(KeyReuse, IsRefusedAcrossDatabasesWhileTheSaIsInUse) {
  auto const keys = std::make_shared<KeyReuse>();
  SaDatabase::Options const options{.max_sas = 8, .keys = keys};
  auto const sa = [](std::string const& spi) { return parse_sa_file(Source{"t.sa", words(spi)}); };
  SaDatabase first(sa("0x101"), {}, options);
  SaDatabase second(sa("0x101"), {}, options);
  EXPECT_THROW(second.add(sa("0x102")), ConfigError);
  for (auto* const database : {&first, &second})
    for (auto const direction : {Direction::kOutbound, Direction::kInbound}) {
      EXPECT_THROW(second.add(sa("0x102")), ConfigError);
      EXPECT_TRUE(database->remove({direction, 0x101, *parse_ip_address("10.0.0.2")}));
    }
  second.add(sa("0x102"));
  EXPECT_EQ(second.list().size(), 2u);
}

}  // namespace
}  // namespace warpline::ipsec
