// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/sa_file.hpp"

#include <gtest/gtest.h>

#include "elements/ipsec/sa_words.hpp"
#include "tests/elements/ipsec/vectors.hpp"

namespace warpline::ipsec {
namespace {

constexpr char const* kEnds = "src 10.0.0.1 dst 10.0.0.2 proto esp spi 0x1001 mode tunnel";
constexpr char const* kGcm =
    " aead 'rfc4106(gcm(aes))' 0x00112233445566778899aabbccddeeff01020304 128";
constexpr char const* kCtr =
    " enc 'rfc3686(ctr(aes))' 0x00112233445566778899aabbccddeeff01020304"
    " auth-trunc 'hmac(sha1)' 0x0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b 96";

std::vector<SaConfig> parse(std::string text) {
  return parse_sa_file(Source{"t.sa", std::move(text)});
}

/// Everything that a faulty file reports.
std::string errors(std::string text) {
  try {
    parse(std::move(text));
  } catch (ConfigError const& error) {
    return error.what();
  }
  return "no error";
}

TEST(SaFile, ReadsWhatIpXfrmStatePrints) {
  auto const sas = parse(
      "src 10.0.0.1 dst 10.0.0.2\n"
      "\tproto esp spi 0x00001001 reqid 1 mode tunnel\n"
      "\treplay-window 0 flag af-unspec\n"
      "\taead rfc4106(gcm(aes)) 0x00112233445566778899aabbccddeeff01020304 128\n"
      "\tsel src 192.168.1.7/24 dst 0.0.0.0/0\n");
  ASSERT_EQ(sas.size(), 1u);
  EXPECT_EQ(sas[0].source.host(), 0x0a000001u);
  EXPECT_EQ(sas[0].destination.host(), 0x0a000002u);
  EXPECT_EQ(sas[0].spi, 0x1001u);
  EXPECT_EQ(sas[0].suite, Suite::kAes128Gcm);
  EXPECT_EQ(sas[0].keys.salt, 0x01020304u);
  EXPECT_EQ(sas[0].keys.cipher.words[3], 0xccddeeffu);
  EXPECT_EQ(sas[0].selector.source, parse_prefix("192.168.1.0/24"));
  EXPECT_EQ(sas[0].selector.destination, parse_prefix("0.0.0.0/0"));
  EXPECT_EQ(sas[0].last_sequence, 0u);
  EXPECT_TRUE(sas[0].copy_df);
}

TEST(SaFile, ReadsTheCommandsThatAddSas) {
  auto const sas = parse(std::string("# two ways\nip xfrm state add ") + kEnds + " \\\n" + kCtr +
                         " replay-oseq 0x10 flag nopmtudisc # the end\n\n" +
                         "src 10.0.0.1 dst 10.0.0.3 proto esp spi 4097 mode tunnel" + kGcm);
  ASSERT_EQ(sas.size(), 2u);
  EXPECT_EQ(sas[0].suite, Suite::kAes128CtrHmacSha1);
  EXPECT_EQ(sas[0].last_sequence, 16u);
  EXPECT_FALSE(sas[0].copy_df);
  EXPECT_EQ(sas[0].selector, Selector{});
  auto const key = testing::Octets(20, 0x0b);
  auto const expected = make_hmac_key<Sha1>(key.data(), 20);
  EXPECT_EQ(testing::to_hex(sas[0].keys.authentication.outer.words),
            testing::to_hex(expected.outer.words));
  EXPECT_EQ(sas[1].spi, 0x1001u) << "another destination may choose the same SPI";
}

TEST(SaFile, SaysHowManyDigitsAKeyMustHaveAndHidesThoseItHas) {
  EXPECT_EQ(
      errors(std::string(kEnds) + "\n aead rfc4106(gcm(aes)) 0x00112233445566778899aabbcc 128"),
      "t.sa:2:25: error: this key has 26 digits; expected 0x and 40 hexadecimal digits "
      "(20 bytes: 16 of key, then 4 of salt)\n"
      "   aead rfc4106(gcm(aes)) 0x************************** 128\n"
      "                          ^");
  EXPECT_EQ(errors(std::string(kEnds) +
                   "\n enc rfc3686(ctr(aes)) 0x00112233445566778899aabbccddeeff0102030g\n"
                   " auth hmac(sha1) 0x0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"),
            "t.sa:2:65: error: this is not a hexadecimal digit; expected 0x and 40 hexadecimal "
            "digits (20 bytes: 16 of key, then 4 of nonce)\n"
            "   enc rfc3686(ctr(aes)) 0x***************************************g\n"
            "                                                                  ^\n"
            "t.sa:3:18: error: this key has 32 digits; expected 0x and 40 hexadecimal digits (20 "
            "bytes)\n"
            "   auth hmac(sha1) 0x********************************\n"
            "                   ^");
}

TEST(SaFile, RefusesADuplicateSpi) {
  EXPECT_EQ(errors(std::string(kEnds) + kGcm + "\n" + kEnds + kCtr + "\n"),
            "t.sa:2:41: error: duplicate SPI: the SA in line 1 has the same SPI and destination\n"
            "  src 10.0.0.1 dst 10.0.0.2 proto esp spi 0x1001 mode tunnel enc 'rfc3686(ctr(aes))' "
            "0x**************************************** auth-trunc 'hmac(sha1)' "
            "0x**************************************** 96\n"
            "                                          ^");
}

TEST(SaFile, OffersTheNearestWordAndAlgorithm) {
  EXPECT_EQ(
      errors("src 10.0.0.1 dst 10.0.0.2 prot esp spi 0x1001 mode tunnel\n"
             " aead rfc4106(gmc(aes)) 0x00 128\n"),
      "t.sa:1:1: error: this SA has no 'proto' (an SA begins in the first column, lines that "
      "continue it are indented)\n"
      "  src 10.0.0.1 dst 10.0.0.2 prot esp spi 0x1001 mode tunnel\n"
      "  ^\n"
      "t.sa:1:27: error: unknown word 'prot'; expected one of aead, auth, auth-trunc, dst, "
      "enc, flag, mode, proto, replay-oseq, replay-window, reqid, sel, spi, src; did you mean "
      "'proto'?\n"
      "  src 10.0.0.1 dst 10.0.0.2 prot esp spi 0x1001 mode tunnel\n"
      "                            ^\n"
      "t.sa:2:7: error: unknown algorithm 'rfc4106(gmc(aes))' for 'aead'; expected "
      "'rfc4106(gcm(aes))'; did you mean 'rfc4106(gcm(aes))'?\n"
      "   aead rfc4106(gmc(aes)) 0x00 128\n"
      "        ^");
}

/// The messages alone, one a line.
std::string messages(std::string text) {
  try {
    parse(std::move(text));
  } catch (ConfigError const& error) {
    std::string all;
    for (auto const& diagnostic : error.diagnostics()) all += diagnostic.message + "\n";
    return all;
  }
  return "no error";
}

TEST(SaFile, NamesWhatIsWrongWithEachField) {
  EXPECT_EQ(
      messages("src 10.0.0 dst 0.0.0.0 proto ah spi 255 mode transport reqid x" +
               std::string(kGcm)),
      "'10.0.0': expected the IPv4 address of a tunnel's end\n"
      "'0.0.0.0': expected the IPv4 address of a tunnel's end\n"
      "'proto' 'ah' is not supported; expected 'esp'\n"
      "this SPI is reserved; expected a number from 0x100 to 0xffffffff (RFC 4303 section 2.1)\n"
      "'mode' 'transport' is not supported; expected 'tunnel'\n"
      "'x': expected a number below 2^32\n");
  EXPECT_EQ(
      messages(std::string(kEnds) + kGcm + " sel src 10.0.0.0/33 dst ::/0 flag esn sel"),
      "'10.0.0.0/33': expected an IPv4 or IPv6 address or ADDRESS/LENGTH\n"
      "expected an IPv4 prefix, as on the selector's other side\n"
      "flag 'esn' is not supported; expected 'nopmtudisc' or 'af-unspec'\n"
      "'sel' is given twice in one SA; first in line 1 (an SA begins in the first column, lines "
      "that continue it are indented)\n"
      "expected 'src PREFIX' or 'dst PREFIX' behind 'sel'\n");
  EXPECT_EQ(messages(std::string(kEnds) +
                     " aead 'rfc4106(gcm(aes))' 0x00112233445566778899aabbccddeeff01020304 96"),
            "expected 128, the bits of the integrity value\n");
  EXPECT_EQ(messages(std::string(kEnds) + kGcm + kCtr),
            "'aead' encrypts and authenticates; expected no 'enc' or 'auth-trunc' beside it\n");
  EXPECT_EQ(messages(std::string(kEnds) + "\n \"aead\n"),
            "this SA has no 'aead' and no 'enc' (an SA begins in the first column, lines that "
            "continue it are indented)\n"
            "this quote has no end; expected \" before the end of the line\n");
  EXPECT_EQ(
      messages(std::string(kEnds) +
               " enc 'rfc3686(ctr(aes))' 0x00112233445566778899aabbccddeeff01020304"),
      "this SA has no 'auth-trunc', which 'enc' needs (an SA begins in the first column, lines "
      "that continue it are indented)\n");
  EXPECT_EQ(
      messages(std::string(kEnds) + kGcm + " spi"),
      "'spi' is given twice in one SA; first in line 1 (an SA begins in the first column, lines "
      "that continue it are indented)\n"
      "nothing behind 'spi'; expected a number from 0x100 to 0xffffffff (RFC 4303 section "
      "2.1)\n");
}

TEST(SaFile, RefusesAFileWithoutSas) {
  EXPECT_EQ(errors("# nothing\n\n"),
            "t.sa: error: holds no SA; expected at least one, in the words of 'ip xfrm state'");
}

TEST(SaFile, CountsTheErrorsItDoesNotShow) {
  std::string text;
  for (int i = 0; i < 50; ++i) text += "src x\n";
  auto const all = messages(text);
  EXPECT_TRUE(all.ends_with("\n200 more errors are not shown\n")) << all;
}

TEST(WithoutKeys, StarsOutLongRunsOfDigitsAlone) {
  EXPECT_EQ(without_keys(Source{"t", "spi 0x12345678 0x123456789 10.0.0.1 deadbeefdeadbeef"})->text,
            "spi 0x12345678 0x********* 10.0.0.1 ****************");
}

}  // namespace
}  // namespace warpline::ipsec
