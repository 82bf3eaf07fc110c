// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/esp_body.hpp"

#include <gtest/gtest.h>

#include "tests/elements/ipsec/vectors.hpp"

namespace warpline::ipsec {
namespace {

using testing::from_hex;
using testing::Octets;
using testing::to_hex;

struct EspVector {
  char const* key;
  char const* salt;
  char const* spi_and_sequence;
  char const* iv;
  char const* plaintext;  // with padding and trailer
  char const* ciphertext_and_icv;
};

// draft-mcgrew-gcm-test-01 section 3: its packets with a 128-bit key and 32-bit sequence numbers.
constexpr EspVector kPackets[] = {
    {"feffe9928665731c6d6a8f9467308308", "cafebabe", "0000a5f80000000a", "facedbaddecaf888",
     "4500003e698f000080114dccc0a80102c0a801010a980035002a2343b2d00100"
     "0001000000000000037369700963796265726369747902646b00000100010001",
     "deb22cd9b07c72c16e3a65beeb8df304a5a5897d33ae530f1ba76d5d114d2a5c"
     "3de81827c10e9a4f51330d0eec416642cfbb85a5b47e48a4ec3b9ba95d918bd1"
     "83b70d3aa8bc6ee4c309e9d85a41ad4a"},
    {"00000000000000000000000000000000", "00000000", "0000000000000001", "0000000000000000",
     "4500003c99c500008001cb7a40679318010101010800075c0200440061626364"
     "65666768696a6b6c6d6e6f707172737475767761626364656667686901020201",
     "4688daf2f973a392732909c331d56d60f694abaa414b5e7ff5fdcdfff5e9a284"
     "456476492719ffb64de7d9dca1e1d894bc3bd57873ed4d181d19d4d5c8c18af3"
     "f821d496eeb096e98ad2b69e4799c71d"},
    {"7d773d00c144c525ac619d18c84a3f47", "d9664267", "335467aeffffffff", "43457e9182443bc6",
     "01020201", "437f866bcb3f699fe9b0822bac961c4504bef270"}};

SaKeys gcm_keys(EspVector const& vector) {
  auto const key = from_hex(std::string(vector.key) + vector.salt);
  return make_sa_keys(Suite::kAes128Gcm, key.data(), nullptr, 0);
}

TEST(EspProtect, GivesThePacketsOfDraftMcgrewGcmTest) {
  for (auto const& vector : kPackets) {
    auto const clear = std::string(vector.spi_and_sequence) + vector.iv;
    auto packet = from_hex(clear + vector.plaintext);
    packet.resize(packet.size() + icv_size(Suite::kAes128Gcm));
    esp_protect(aes_tables(), gcm_keys(vector), packet.data(),
                static_cast<std::uint32_t>(packet.size()));
    EXPECT_EQ(to_hex(packet), clear + vector.ciphertext_and_icv);
  }
}

TEST(EspProtect, LeavesPacketsThatAreTooShortAlone) {
  auto const key = Octets(20, 1);
  for (auto const suite : {Suite::kAes128Gcm, Suite::kAes128CtrHmacSha1}) {
    auto const keys = make_sa_keys(suite, key.data(), key.data(), 20);
    std::uint32_t const shortest = kEspTextOffset + 2 + icv_size(suite);
    for (std::uint32_t size = 0; size < shortest; ++size) {
      Octets packet(size, 0x5a);
      esp_protect(aes_tables(), keys, packet.data(), size);
      ASSERT_EQ(packet, Octets(size, 0x5a)) << "size " << size;
    }
    Octets packet(shortest, 0x5a);
    esp_protect(aes_tables(), keys, packet.data(), shortest);
    EXPECT_NE(packet, Octets(shortest, 0x5a));
  }
}

}  // namespace
}  // namespace warpline::ipsec
