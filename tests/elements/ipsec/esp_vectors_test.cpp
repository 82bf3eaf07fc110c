// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "elements/ipsec/esp/esp_decrypt.hpp"
#include "elements/ipsec/esp/esp_protect.hpp"
#include "tests/elements/ipsec/vectors.hpp"

/// ESP packets as standards print them, both ways.
namespace warpline::ipsec {
namespace {

using testing::from_hex;
using testing::Octets;
using testing::to_hex;

struct EspVector {
  Suite suite;
  char const* key;
  char const* salt;
  char const* spi;
  char const* high;  ///< half of the sequence number; empty without extended ones
  char const* low;
  char const* iv;
  char const* plaintext;  ///< with padding and trailer
  char const* ciphertext_and_icv;

  /// `of`: the suite, or the same with a shorter integrity value, which is the beginning of the long
  /// one (RFC 4106 section 6).
  SaKeys keys(Direction direction, Suite of) const {
    return make_sa_keys(of, direction, high[0] != 0, from_hex(std::string(key) + salt), {});
  }
  std::vector<Suite> suites() const {
    if (suite == Suite::kChaCha20Poly1305) return {suite};
    auto const first = static_cast<unsigned>(suite);
    return {suite, static_cast<Suite>(first + 1), static_cast<Suite>(first + 2)};
  }
  std::string wire(Suite of) const {
    auto const whole = head() + ciphertext_and_icv;
    return whole.substr(0, whole.size() - 2u * (16u - info(of).icv_size));
  }
  std::string head() const { return std::string(spi) + low + iv; }
};

// draft-mcgrew-gcm-test-01 section 3, and RFC 7634 appendix A.
constexpr EspVector kPackets[] = {
    {Suite::kAes128Gcm, "4c80cdefbb5d10da906ac73c3613a634", "2e443b68", "00004321", "87654321",
     "00000000", "4956ed7e3b244cfe",
     "45000048699a000080114db7c0a80102c0a801010a9bf15638d3010000010000"
     "00000000045f736970045f756470037369700963796265726369747902646b00"
     "0021000101020201",
     "fecf537e729d5b07dc30df528dd22b768d1b98736696a6fd348509fa13ceac34"
     "cfa2436f14a3f3cf65925bf1f4a13c5d15b21e1884f5ff6247aeabb786b93bce"
     "61bc17d768fd9732459018148f6cbe722fd04796562dfdb4"},
    {Suite::kAes128Gcm, "feffe9928665731c6d6a8f9467308308", "cafebabe", "0000a5f8", "", "0000000a",
     "facedbaddecaf888",
     "4500003e698f000080114dccc0a80102c0a801010a980035002a2343b2d00100"
     "0001000000000000037369700963796265726369747902646b00000100010001",
     "deb22cd9b07c72c16e3a65beeb8df304a5a5897d33ae530f1ba76d5d114d2a5c"
     "3de81827c10e9a4f51330d0eec416642cfbb85a5b47e48a4ec3b9ba95d918bd1"
     "83b70d3aa8bc6ee4c309e9d85a41ad4a"},
    {Suite::kAes256Gcm, "abbccddef00112233445566778899aababbccddef00112233445566778899aab",
     "11223344", "4a2cbfe3", "", "00000002", "0102030405060708",
     "4500003069a6400080062690c0a801029389155e0a9e008b2dc57ee000000000"
     "7002400020bf0000020405b40101040201020201",
     "ff425c9b724599df7a3bcd510194e00d6a78107f1b0b1cbf06efae9d65a5d763"
     "748a637985771d347f0545659f14e99def842d8eb335f4eecfdbf831824b4c49"
     "15956c96"},
    {Suite::kAes128Gcm, "00000000000000000000000000000000", "00000000", "00000000", "", "00000001",
     "0000000000000000",
     "4500003c99c500008001cb7a40679318010101010800075c0200440061626364"
     "65666768696a6b6c6d6e6f707172737475767761626364656667686901020201",
     "4688daf2f973a392732909c331d56d60f694abaa414b5e7ff5fdcdfff5e9a284"
     "456476492719ffb64de7d9dca1e1d894bc3bd57873ed4d181d19d4d5c8c18af3"
     "f821d496eeb096e98ad2b69e4799c71d"},
    {Suite::kAes128Gcm, "3de09874b388e6491988d0c3607eae1f", "57690e43", "42f67e3f", "10101010",
     "10101010", "4e280000a2fca1a3", "4500001c42a200008001441f406793b6e00000020a00f5ff01020201",
     "fba2ca845e5df9f0f22c3e6e86dd831e1fc65792cd1af9130e1379ed369f071f35e034be95f112e4e7d05d35"},
    {Suite::kAes192Gcm, "feffe9928665731c6d6a8f9467308308feffe9928665731c", "cafebabe", "0000a5f8",
     "", "0000000a", "facedbaddecaf888",
     "45000028a4ad4000400678800a01038f0a010612802306b8cb712602dd6bb03e501016d075680001",
     "a5b1f8066029aea40e598b8122de02420938b3ab33f828e687b8858b5bfbdbd0"
     "315b27452144cc7795457b9652037f5318027b5b4cd7a636"},
    {Suite::kAes256Gcm, "abbccddef00112233445566778899aababbccddef00112233445566778899aab",
     "73616c74", "17405e67", "156f3126", "dd0db99b", "616e640169766563",
     "45080028732c00004006e9f90a0106120a01038f06b88023dd6bafbecb71260250101f646d540001",
     "f2d69ecdbd5a0d5b8d5ef38bad4da58d1f278fde98ef67549d524a3018d9a57f"
     "f4d3a31ce673119e451626c2415771e3b7eebca614c89b35"},
    {Suite::kAes128Gcm, "7d773d00c144c525ac619d18c84a3f47", "d9664267", "335467ae", "", "ffffffff",
     "43457e9182443bc6", "01020201", "437f866bcb3f699fe9b0822bac961c4504bef270"},
    {Suite::kAes128Gcm, "abbccddef00112233445566778899aab", "decaf888", "00000100", "00000000",
     "00000001", "cafedebaceface74", "746f016265016f72016e6f7401746f0162650001",
     "29c9fc69a197d038ccdd14e2ddfcaa0543332164412503524303ed3c6c5f283843af8c3e"},
    {Suite::kChaCha20Poly1305, "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
     "a0a1a2a3", "01020304", "", "00000005", "1011121314151617",
     "45000054a6f200004001e778c6336405c000020508005b7a3a080000553bec10"
     "0007362708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223"
     "2425262728292a2b2c2d2e2f303132333435363701020204",
     "24039428b97f417e3c13753a4f05087b67c352e6a7fab1b982d466ef407ae5c6"
     "14ee8099d52844eb61aa95dfab4c02f72aa71e7c4c4f64c9befe2facc638e8f3"
     "cbec163fac469b502773f6fb94e664da9165b82829f641e0"
     "76aaa8266b7fb0f7b11b369907e1ad43"}};

TEST(EspProtect, GivesThePacketsOfTheStandards) {
  for (auto const& vector : kPackets)
    for (auto const suite : vector.suites()) {
      auto packet = from_hex(vector.head() + vector.plaintext);
      auto const code_at = packet.size();
      packet.resize(packet.size() + info(suite).icv_size);
      auto const high = from_hex(vector.high);
      std::copy(high.begin(), high.end(), packet.begin() + static_cast<std::ptrdiff_t>(code_at));
      esp_protect(aes_tables(), vector.keys(Direction::kOutbound, suite), packet.data(),
                  static_cast<std::uint32_t>(packet.size()));
      EXPECT_EQ(to_hex(packet), vector.wire(suite)) << info(suite).name;
    }
}

TEST(EspOpen, OpensThePacketsOfTheStandards) {
  for (auto const& vector : kPackets)
    for (auto const suite : vector.suites()) {
      auto packet = from_hex(vector.wire(suite) + vector.high);
      EXPECT_EQ(
          esp_decrypt(aes_tables(), aes_inverse_tables(), vector.keys(Direction::kInbound, suite),
                      packet.data(), static_cast<std::uint32_t>(packet.size())),
          EspResult::kGood)
          << info(suite).name;
      auto const expected = vector.head() + vector.plaintext;
      EXPECT_EQ(to_hex(packet).substr(0, expected.size()), expected);
    }
}

struct CbcPacket {
  char const* key;
  char const* iv;
  char const* head;  ///< SPI and sequence number
  char const* plaintext;
  char const* ciphertext;
};

// RFC 3602 section 4, cases 5 to 8. They have no integrity value.
constexpr CbcPacket kRfc3602[] = {
    {"90d382b410eeba7ad938c46cec1a82bf", "e96e8c08ab465763fd098d45dd3ff893", "0000432100000001",
     "08000ebda70a00008e9c083db95b070008090a0b0c0d0e0f1011121314151617"
     "18191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637"
     "0102030405060708090a0b0c0d0e0e01",
     "f663c25d325c18c6a9453e194e120849a4870b66cc6b9965330013b4898dc856"
     "a4699e523a55db080b59ec3a8e4b7e52775b07d1db34ed9c538ab50c551b874a"
     "a269add047ad2d5913ac19b7cfbad4a6"},
    {"90d382b410eeba7ad938c46cec1a82bf", "69d08df7d203329db093fc4924e5bd80", "0000432100000008",
     "0800b5e8a80a0500a69c083d0b660e0077777777777777777777777701020201",
     "f51995881ec4e0c4488987ce742e8109689bb379d2d750c0d915dca346a89f75"},
    {"0123456789abcdef0123456789abcdef", "f4e765244f6407adf13dc1380f673f37", "0000876500000002",
     "45000054090400004001f988c0a87b03c0a87bc808009f76a90a0100b49c083d"
     "02a2040008090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223"
     "2425262728292a2b2c2d2e2f30313233343536370102030405060708090a0a04",
     "773b5241a4c449225e4f3ce5ed611b0c237ca96cf74a93013c1b0ea1a0cf70f8"
     "e4ecaec78ac53aad7a0f022b859243c647752e94a859352b8a4d4d2decd136e5"
     "c177f132ad3fbfb2201ac9904c74ee0a109e0ca1e4dfe9d5a100b842f1c22f0d"},
    {"0123456789abcdef0123456789abcdef", "85d47224b5f3dd5d2101d4ea8dffab22", "0000876500000005",
     "45000044090c00004001f990c0a87b03c0a87bc80800d63caa0a0200c69c083d"
     "a3de0300ffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
     "ffffffff0102030405060708090a0a04",
     "15b92683819596a8047232cc00f7048fe45318e11f8a0f62ede3c3fc61203bb5"
     "0f980a08c9843fd3a1b06d5c07ff9639b7eb7dfb3512e5de435e7207ed971ef3"
     "d2726d9b5ef6affc6d17a0decbb13892"}};

TEST(EspProtect, GivesTheCiphertextsOfRfc3602WhereTheIvFieldHoldsWhatMakesTheirIvs) {
  for (auto const& vector : kRfc3602) {
    auto const key = from_hex(vector.key), authentication = Octets(20, 7);
    auto const keys =
        make_sa_keys(Suite::kAes128CbcHmacSha1, Direction::kOutbound, false, key, authentication);
    auto const inverse =
        make_sa_keys(Suite::kAes128CbcHmacSha1, Direction::kInbound, false, key, authentication);
    auto iv = from_hex(vector.iv);
    store_block(iv.data(),
                aes_decrypt(aes_inverse_tables(), inverse.key.inverse, load_block(iv.data())));
    auto packet = from_hex(vector.head + to_hex(iv) + vector.plaintext);
    packet.resize(packet.size() + 12);
    auto const size = static_cast<std::uint32_t>(packet.size());
    esp_protect(aes_tables(), keys, packet.data(), size);
    auto const wire = std::string(vector.head) + vector.iv + vector.ciphertext;
    EXPECT_EQ(to_hex(packet).substr(0, wire.size()), wire);
    EXPECT_EQ(esp_decrypt(aes_tables(), aes_inverse_tables(), inverse, packet.data(), size),
              EspResult::kGood);
    auto const opened = std::string(vector.head) + vector.iv + vector.plaintext;
    EXPECT_EQ(to_hex(packet).substr(0, opened.size()), opened);
  }
}

}  // namespace
}  // namespace warpline::ipsec
