// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/config/sa_file.hpp"

#include <gtest/gtest.h>

#include "elements/ipsec/config/sa_words.hpp"
#include "tests/elements/ipsec/vectors.hpp"
#include "tests/support/config_errors.hpp"

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
  return test::errors_of([&] { parse(std::move(text)); });
}

TEST(SaFile, ReadsWhatIpXfrmStatePrints) {
  auto const sas = parse(
      "src 10.0.0.1 dst 10.0.0.2\n"
      "\tproto esp spi 0x00001001 reqid 1 mode tunnel\n"
      "\treplay-window 0 flag af-unspec\n"
      "\taead rfc4106(gcm(aes)) 0x00112233445566778899aabbccddeeff01020304 128\n"
      "\tsel src 192.168.1.7/24 dst 0.0.0.0/0\n");
  ASSERT_EQ(sas.size(), 1u);
  EXPECT_EQ(sas[0].form.source, parse_ip_address("10.0.0.1"));
  EXPECT_EQ(sas[0].form.destination, parse_ip_address("10.0.0.2"));
  EXPECT_EQ(sas[0].spi, 0x1001u);
  EXPECT_EQ(sas[0].suite, Suite::kAes128Gcm);
  EXPECT_EQ(testing::to_hex(sas[0].key.bytes()), "00112233445566778899aabbccddeeff01020304");
  EXPECT_TRUE(sas[0].authentication.bytes().empty());
  ASSERT_TRUE(sas[0].selector);
  EXPECT_EQ(sas[0].selector->source, parse_prefix("192.168.1.0/24"));
  EXPECT_EQ(sas[0].selector->destination, parse_prefix("0.0.0.0/0"));
  EXPECT_EQ(sas[0].last_sequence, 0u);
  EXPECT_EQ(sas[0].reqid, 1u);
  EXPECT_EQ(sas[0].replay_window, 0u);
  EXPECT_EQ(sas[0].form.mode, SaMode::kTunnel);
  EXPECT_EQ(sas[0].form.df, DfPolicy::kCopy);
  EXPECT_FALSE(sas[0].form.udp);
  EXPECT_FALSE(sas[0].form.esn);
  EXPECT_FALSE(sas[0].direction);
}

TEST(SaFile, ReadsUdpEncapsulationExtendedNumbersAndTransportMode) {
  auto const sas = parse(
      "src 2001:db8::1 dst 2001:db8::2\n"
      "\tproto esp spi 0xc0000001 reqid 7 mode transport dir out\n"
      "\treplay-window 0 flag esn\n"
      "\tauth-trunc hmac(sha256) 0x" +
      std::string(64, 'a') +
      " 128\n"
      "\tenc cbc(aes) 0x" +
      std::string(64, 'b') +
      "\n"
      "\tencap type espinudp sport 4500 dport 61234 addr ::\n"
      "\tanti-replay esn context:\n"
      "\t seq-hi 0x0, seq 0x0, oseq-hi 0x1, oseq 0x2a\n"
      "\t replay_window 128, bitmap-length 4\n"
      "\t 00000000 00000000 00000000 00000000 \n"
      "\tsel src ::/0 dst 2001:db8::2/128 proto udp dport 53\n");
  ASSERT_EQ(sas.size(), 1u);
  auto const& sa = sas[0];
  EXPECT_EQ(sa.suite, Suite::kAes256CbcHmacSha256);
  EXPECT_EQ(sa.form.mode, SaMode::kTransport);
  EXPECT_EQ(sa.form.source, parse_ip_address("2001:db8::1"));
  EXPECT_EQ(sa.form.udp, (UdpEncapsulation{4500, 61234}));
  EXPECT_TRUE(sa.form.esn);
  EXPECT_EQ(sa.form.iv_size, 16);
  EXPECT_EQ(sa.form.icv_size, 16);
  EXPECT_EQ(sa.form.block, 16);
  EXPECT_EQ(sa.direction, Direction::kOutbound);
  EXPECT_EQ(sa.last_sequence, 0x1'0000'002au);
  EXPECT_EQ(sa.replay_window, 128u);
  ASSERT_TRUE(sa.selector);
  EXPECT_EQ(sa.selector->protocol, 17);
  EXPECT_EQ(sa.selector->destination_port, (PortRange{53, 53}));
}

TEST(SaFile, ReadsThatUdpOverIpv6HasNoChecksum) {
  auto const zero = [](std::string const& flag) {
    return parse("src ::1 dst ::2 proto esp spi 4097 mode tunnel" + flag + kGcm +
                 " encap espinudp 4500 4500 ::")
        .at(0)
        .form;
  };
  EXPECT_FALSE(zero("").udp->zero_checksum6);
  EXPECT_TRUE(zero("").has_udp_checksum());
  EXPECT_TRUE(zero(" flag esn udp6zerocsumtx").udp->zero_checksum6);
  EXPECT_FALSE(zero(" flag udp6zerocsumtx").has_udp_checksum());
}

TEST(SaFile, ReadsWhatHasBeenReceived) {
  auto const one = [](std::string const& words) { return parse(kEnds + (kGcm + words))[0]; };
  auto sa = one(" anti-replay context: seq 0x2a, oseq 0x5, bitmap 0xfffffff7");
  EXPECT_EQ(sa.last_received, 42u);
  EXPECT_EQ(sa.last_sequence, 5u);
  EXPECT_EQ(sa.received, (std::vector<std::uint32_t>{0xfffffff7}));
  sa = one(" replay-seq 100 replay-oseq 0x7");
  EXPECT_EQ(sa.last_received, 100u);
  EXPECT_EQ(sa.last_sequence, 7u);
  EXPECT_TRUE(sa.received.empty());
  sa = one(" flag esn replay-seq 1 replay-seq-hi 2");
  EXPECT_EQ(sa.last_received, 0x2'0000'0001u);
  EXPECT_EQ(sa.replay_window, 64u);

  // Number n has bit (n - 1) % 128 of what is printed as one number: 1 to 29 came, but 3.
  sa =
      one(" flag esn\n anti-replay esn context:\n  seq-hi 0x0, seq 0x1d, oseq-hi 0x1, oseq 0x2\n"
          "  replay_window 128, bitmap-length 4\n  00000000 00000000 00000000 1ffffffb");
  EXPECT_EQ(sa.replay_window, 128u);
  EXPECT_EQ(sa.last_received, 29u);
  EXPECT_EQ(sa.last_sequence, 0x1'0000'0002u);
  EXPECT_EQ(sa.received, (std::vector<std::uint32_t>{0x1bffffff, 0, 0, 0}));
  // Around the end of the ring: 128 and 129, in bits 127 and 0; 127 has not come.
  sa =
      one(" flag esn\n anti-replay esn context:\n  seq-hi 0x3, seq 0x81\n"
          "  replay_window 128, bitmap-length 4\n  80000000 00000000 00000000 00000001\n dir in");
  EXPECT_EQ(sa.last_received, 0x3'0000'0081u);
  EXPECT_EQ(sa.received, (std::vector<std::uint32_t>{3, 0, 0, 0}));
  EXPECT_EQ(sa.direction, Direction::kInbound);
  // A window that ends within a word: what is beyond it is not known, and counts as come.
  sa = one(
      " flag esn anti-replay esn context: seq-hi 0x0, seq 0x21, replay_window 33, bitmap-length 2 "
      "00000001 00000000");
  EXPECT_EQ(sa.received, (std::vector<std::uint32_t>{1, 0xfffffffe}));
  EXPECT_EQ(sa.replay_window, 64u);
}

TEST(SaFile, NamesWhatIsWrongWithWhatHasBeenReceived) {
  auto const of = [](std::string const& words) {
    return test::messages_of([&] { parse(kEnds + (kGcm + words)); });
  };
  EXPECT_EQ(of(" anti-replay"),
            "nothing after 'anti-replay'; expected 'context:' or 'esn context:'\n");
  EXPECT_EQ(of(" anti-replay esn seq 0x1"), "'seq': expected 'context:' or 'esn context:'\n");
  EXPECT_EQ(of(" anti-replay context: seq 0x1, sequence 2"),
            "unknown word 'sequence' after 'anti-replay'; expected one of bitmap, bitmap-length, "
            "oseq, oseq-hi, replay_window, seq, seq-hi\n");
  EXPECT_EQ(of(" anti-replay context: seq 0xg, oseq 4294967296"),
            "'seq' '0xg,': expected a number below 2^32\n"
            "'oseq' '**********': expected a number below 2^32\n");
  EXPECT_EQ(of(" flag esn anti-replay esn context: seq 0x1, replay_window 64, bitmap-length 2 "
               "00000001 dir in"),
            "expected a bitmap of 2 words of 8 hexadecimal digits\n");
  EXPECT_EQ(of(" flag esn anti-replay esn context: seq 0x1, replay_window 65, bitmap-length 2 "
               "00000001 00000001"),
            "the bitmap has 2 words; expected 32 bits a word for a window of 65\n");
  EXPECT_EQ(of(" flag esn anti-replay esn context: bitmap-length 129"),
            "expected words of the bitmap, at most 128\n");
  EXPECT_EQ(of(" flag esn anti-replay esn context: replay_window 4097"),
            "a window of 4097 is not supported; expected at most 4096\n");
  EXPECT_EQ(of(" replay-seq-hi 1"), "a high half of the sequence number needs 'flag esn'\n");
  EXPECT_EQ(of(" replay-seq x"), "'x': expected a number below 2^32\n");
}

TEST(SaFile, ReadsLimits) {
  auto const sas =
      parse(std::string(kEnds) + kGcm +
            " limit packet-hard 4000000000000 limit byte-soft 10 limit time-hard 3600");
  EXPECT_EQ(sas[0].hard, (Lifetime{4'000'000'000'000, std::nullopt, 3600}));
  EXPECT_EQ(sas[0].soft, (Lifetime{std::nullopt, 10, std::nullopt}));
  EXPECT_EQ(errors(std::string(kEnds) + kGcm + "\n limit byte-soft 0"),
            "t.sa:2:18: error: '0': expected a number above 0\n"
            "   limit byte-soft 0\n"
            "                   ^");
}

TEST(SaFile, ReadsTheCommandsThatAddSas) {
  auto const sas = parse(std::string("# two ways\nip xfrm state add ") + kEnds + " \\\n" + kCtr +
                         " replay-oseq 0x10 flag nopmtudisc # the end\n\n" +
                         "src 10.0.0.1 dst 10.0.0.3 proto esp spi 4097 mode tunnel" + kGcm);
  ASSERT_EQ(sas.size(), 2u);
  EXPECT_EQ(sas[0].suite, Suite::kAes128CtrHmacSha1);
  EXPECT_EQ(sas[0].last_sequence, 16u);
  EXPECT_EQ(sas[0].form.df, DfPolicy::kClear);
  EXPECT_FALSE(sas[0].selector);
  EXPECT_EQ(testing::to_hex(sas[0].authentication.bytes()),
            testing::to_hex(testing::Octets(20, 0x0b)));
  EXPECT_EQ(sas[1].spi, 0x1001u) << "another destination may choose the same SPI";
}

TEST(SaFile, SaysHowManyDigitsAKeyMustHaveAndHidesThoseItHas) {
  EXPECT_EQ(
      errors(std::string(kEnds) + "\n aead rfc4106(gcm(aes)) 0x00112233445566778899aabbcc 128"),
      "t.sa:2:25: error: this key has 26 digits; expected 0x and 40, 56 or 72 hexadecimal digits "
      "(16, 24 or 32 bytes of key, then 4 of salt)\n"
      "   aead rfc4106(gcm(aes)) 0x************************** 128\n"
      "                          ^");
  EXPECT_EQ(errors(std::string(kEnds) +
                   "\n enc rfc3686(ctr(aes)) 0x00112233445566778899aabbccddeeff0102030g\n"
                   " auth hmac(sha1) 0x0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"),
            "t.sa:2:65: error: this is not a hexadecimal digit; expected 0x and 40, 56 or 72 "
            "hexadecimal digits (16, 24 or 32 bytes of key, then 4 of nonce)\n"
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
      "t.sa:1:27: error: unknown word 'prot'; expected one of aead, anti-replay, auth, "
      "auth-trunc, dir, dst, enc, encap, extra-flag, extra_flag, flag, limit, mode, proto, "
      "replay-oseq, replay-oseq-hi, replay-seq, replay-seq-hi, replay-window, reqid, sel, spi, "
      "src; did you "
      "mean 'proto'?\n"
      "  src 10.0.0.1 dst 10.0.0.2 prot esp spi 0x1001 mode tunnel\n"
      "                            ^\n"
      "t.sa:2:7: error: unknown algorithm 'rfc4106(gmc(aes))' for 'aead'; expected "
      "'rfc4106(gcm(aes))' or 'rfc7539esp(chacha20,poly1305)'; did you mean 'rfc4106(gcm(aes))'?\n"
      "   aead rfc4106(gmc(aes)) 0x00 128\n"
      "        ^");
}

/// The messages alone, one a line.
std::string messages(std::string text) {
  return test::messages_of([&] { parse(std::move(text)); });
}

TEST(SaFile, NamesWhatIsWrongWithEachField) {
  EXPECT_EQ(messages("src 10.0.0 dst ::g proto exp spi 0 mode beet reqid x" + std::string(kGcm)),
            "'10.0.0': expected an IPv4 or IPv6 address\n"
            "'::g': expected an IPv4 or IPv6 address\n"
            "'proto' 'exp' is not supported; expected 'esp'; did you mean 'esp'?\n"
            "SPI 0 is never sent; expected a number from 1 to 2^32 - 1 (RFC 4303 section 2.1)\n"
            "'mode' 'beet' is not supported; expected 'tunnel' or 'transport'\n"
            "'x': expected a number below 2^32\n");
  EXPECT_EQ(
      messages(std::string(kEnds) + kGcm + " sel src 10.0.0.0/33 dst ::/0 flag noecn sel"),
      "'10.0.0.0/33': expected an IPv4 or IPv6 address or ADDRESS/LENGTH\n"
      "expected an IPv4 prefix, as on the selector's other side\n"
      "flag 'noecn' would change what becomes of ECN or DSCP, and is not supported\n"
      "'sel' is given twice in one SA; first in line 1 (an SA begins in the first column, lines "
      "that continue it are indented)\n"
      "expected 'src PREFIX' or 'dst PREFIX' after 'sel'\n");
  EXPECT_EQ(messages(std::string(kEnds) +
                     " aead 'rfc4106(gcm(aes))' 0x00112233445566778899aabbccddeeff01020304 80"),
            "expected 128, 96 or 64, the bits of the integrity value\n");
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
      "nothing after 'spi'; expected a number from 1 to 2^32 - 1 (RFC 4303 section 2.1)\n");
}

std::string digits(unsigned bytes) { return " 0x" + std::string(2 * bytes, 'a'); }

TEST(SaFile, FindsEverySuiteByItsWordsAndTheLengthOfItsKey) {
  for (auto const& suite : suites()) {
    std::string text = kEnds + std::string(suite.aead() ? " aead " : " enc ") +
                       std::string(suite.cipher) + digits(suite.key_size + suite.salt_size);
    if (!suite.aead())
      text += " auth-trunc " + std::string(suite.authentication) +
              digits(suite.authentication_key_size);
    auto const sas = parse(text + " " + std::to_string(8 * suite.icv_size));
    ASSERT_EQ(sas.size(), 1u);
    EXPECT_EQ(sas[0].suite, suite.suite) << suite.name;
    EXPECT_EQ(sas[0].form.iv_size, suite.iv_size);
  }
}

TEST(SaFile, TakesLinuxsLengthOfTheIntegrityValueBehindAuth) {
  auto const suite = [](std::string const& hash, unsigned bytes) {
    return parse(kEnds + std::string(" enc cbc(aes)") + digits(24) + " auth " + hash +
                 digits(bytes))
        .at(0)
        .suite;
  };
  EXPECT_EQ(suite("hmac(sha1)", 20), Suite::kAes192CbcHmacSha1);
  EXPECT_EQ(suite("hmac(sha256)", 32), Suite::kAes192CbcHmacSha256Bits96);
  EXPECT_EQ(suite("hmac(sha384)", 48), Suite::kAes192CbcHmacSha384);
  EXPECT_EQ(suite("hmac(sha512)", 64), Suite::kAes192CbcHmacSha512);
}

TEST(SaFile, TakesNoKeyForTheNullCipherHoweverThatIsWritten) {
  for (std::string const none : {"''", "0x", "\"\""}) {
    auto const sas = parse(kEnds + std::string(" enc ecb(cipher_null) ") + none +
                           " auth-trunc hmac(sha256)" + digits(32) + " 128");
    EXPECT_EQ(sas[0].suite, Suite::kNullHmacSha256);
  }
}

TEST(SaFile, NamesWhatIsWrongWithAlgorithms) {
  std::string const ends = kEnds, null = " enc ecb(cipher_null) 0x", cbc = " enc cbc(aes)";
  EXPECT_EQ(messages(ends + " aead rfc4106(gcm(aes))" + digits(20) + " 104"),
            "expected 128, 96 or 64, the bits of the integrity value\n");
  EXPECT_EQ(
      messages(ends + " enc ecb(cipher_null) 0x00 auth-trunc hmac(sha256)" + digits(32) + " 128"),
      "this key has 2 digits; expected '0x' (no key)\n");
  EXPECT_EQ(messages(ends + cbc + digits(20) + " auth-trunc hmac(sha256)" + digits(32) + " 128"),
            "this key has 40 digits; expected 0x and 32, 48 or 64 hexadecimal digits (16, 24 or 32 "
            "bytes)\n");
  EXPECT_EQ(messages(ends + cbc + digits(32) + " auth-trunc hmac(sha256)" + digits(20) + " 128"),
            "this key has 40 digits; expected 0x and 64 hexadecimal digits (32 bytes)\n");
  EXPECT_EQ(messages(ends + cbc + digits(32) + " auth-trunc hmac(sha256)" + digits(32) + " 192"),
            "expected 128 or 96, the bits of the integrity value\n");
  EXPECT_EQ(messages(ends + null + " auth-trunc hmac(sha512)" + digits(64) + " 128"),
            "expected 256, the bits of the integrity value\n");
  EXPECT_EQ(
      messages(ends + " enc cbc(des)" + digits(8) + " auth-trunc hmac(sha1)" + digits(20) + " 96"),
      "unknown algorithm 'cbc(des)' for 'enc'; expected 'rfc3686(ctr(aes))', 'cbc(aes)' or "
      "'ecb(cipher_null)'; did you mean 'cbc(aes)'?\n");
  EXPECT_EQ(messages(ends + " aead rfc7539esp(chacha20,poly1305)" + digits(32) + " 128"),
            "this key has 64 digits; expected 0x and 72 hexadecimal digits (36 bytes: 32 of key, "
            "then 4 of salt)\n");
}

TEST(SaFile, ChecksThatFieldsAgree) {
  EXPECT_EQ(messages("src 10.0.0.1 dst ::1 proto esp spi 4097 mode tunnel" + std::string(kGcm)),
            "expected an IPv4 address, as after 'src'\n");
  EXPECT_EQ(messages("src 10.0.0.1 dst 0.0.0.0 proto esp spi 4097 mode tunnel" + std::string(kGcm)),
            "expected the address of the tunnel's end\n");
  EXPECT_EQ(messages(std::string(kEnds) + kGcm + " flag udp6zerocsumtx"),
            "'flag udp6zerocsumtx' is about UDP; expected 'encap' in this SA\n");
  EXPECT_EQ(messages(std::string(kEnds) + kGcm + " replay-oseq-hi 1"),
            "a high half of the sequence number needs 'flag esn'\n");
  EXPECT_EQ(messages(std::string(kEnds) + kGcm + " replay-window 4097"),
            "a window of 4097 is not supported; expected at most 4096\n");
  EXPECT_EQ(messages(std::string(kEnds) + kGcm + " encap espinudp 4500 65536"),
            "expected a UDP port, 1 to 65535\n");
  EXPECT_EQ(messages(std::string(kEnds) + kGcm + " sel dst 10.0.0.0/8 dport 5"),
            "expected the protocol to be one with ports: tcp, udp, sctp, dccp or udplite\n");
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
  // 101 errors: six of each SA above, one of each of these.
  auto one = text.substr(0, 16 * std::string_view("src x\n").size());
  for (int i = 0; i < 5; ++i) one += std::string(kEnds) + kGcm + " encap espinudp 4500 65536\n";
  one = messages(one);
  EXPECT_TRUE(one.ends_with("\n1 more error is not shown\n")) << one;
}

TEST(WithoutKeys, StarsOutLongRunsOfDigitsAlone) {
  EXPECT_EQ(without_keys(Source{"t", "spi 0x12345678 0x123456789 10.0.0.1 deadbeefdeadbeef"})->text,
            "spi 0x12345678 0x********* 10.0.0.1 ****************");
}

}  // namespace
}  // namespace warpline::ipsec
