// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "elements/ipsec/esp/esp_decrypt.hpp"
#include "elements/ipsec/esp/esp_protect.hpp"
#include "tests/elements/ipsec/every_suite.hpp"

namespace warpline::ipsec {
namespace {

using testing::Octets;
using testing::RawSa;
using testing::to_hex;

/// Every suite, without and with extended sequence numbers.
class EspBodies : public testing::EverySuite {
 protected:
  std::uint32_t open(SaKeys const& keys, std::uint8_t* packet, std::size_t size) {
    return esp_decrypt(aes_tables(), aes_inverse_tables(), keys, packet,
                       static_cast<std::uint32_t>(size));
  }

  /// As `threads` threads would, the last first in every step.
  std::uint32_t open_by_threads(SaKeys const& keys, std::uint8_t* packet, std::size_t bytes,
                                std::uint32_t threads) {
    auto const size = static_cast<std::uint32_t>(bytes);
    std::vector<EspPartial> partials(threads);
    for (auto thread = threads; thread-- > 0;)
      esp_verify_share(aes_tables(), keys, packet, size, partials[thread], thread, threads);
    auto const result = esp_verify_reduce(keys, packet, size, partials.data(), threads);
    if (result == EspResult::kGood)
      for (auto thread = threads; thread-- > 0;)
        esp_decrypt_share(aes_tables(), aes_inverse_tables(), keys, packet, size, partials[thread],
                          thread, threads);
    return result;
  }
};
WARPLINE_EVERY_SUITE(EspBodies);

TEST_P(EspBodies, ProtectAsOpensslDoesAtEveryLengthInAnyNumberOfLanes) {
  unsigned sealed = 0;
  for (std::size_t size = 0; size <= 2048; ++size) {
    auto const sa = random_sa();
    auto const keys = sa.keys(Direction::kOutbound);
    auto const packet = random_octets(size);
    auto const expected = sa.holds(size) ? sa.seal(packet) : packet;
    sealed += sa.holds(size);
    for (std::uint32_t const threads : {1u, 3u, 8u}) {
      auto buffer = random_octets(size % 17 + size + 1);
      auto const guard = buffer.back();
      auto* const data = buffer.data() + size % 17;
      std::copy(packet.begin(), packet.end(), data);
      auto const bytes = static_cast<std::uint32_t>(size);
      if (threads == 1) {
        esp_protect(aes_tables(), keys, data, bytes);
      } else {
        std::vector<EspPartial> partials(threads);
        for (auto thread = threads; thread-- > 0;)
          esp_protect_share(aes_tables(), keys, data, bytes, partials[thread], thread, threads);
        esp_protect_reduce(aes_tables(), keys, data, bytes, partials.data(), threads);
      }
      ASSERT_EQ(to_hex({data, size}), to_hex(expected))
          << "size " << size << ", threads " << threads;
      ASSERT_EQ(buffer.back(), guard) << "size " << size;
    }
  }
  EXPECT_GE(sealed, 100u);
}

TEST_P(EspBodies, OpenWhatOpensslSealedAtEveryLengthInAnyNumberOfLanes) {
  unsigned opened = 0;
  for (std::size_t size = 0; size <= 2048; ++size) {
    auto const sa = random_sa();
    auto const keys = sa.keys(Direction::kInbound);
    bool const good = sa.holds(size);
    auto const clear = random_octets(size);
    auto wire = good ? sa.seal(clear) : clear;
    auto const text = good ? size - sa.icv_size() : 0;  // to its end
    auto const expected = good ? sa.clear(wire) : clear;
    if (sa.esn) testing::append_high(wire, clear, sa);
    for (std::uint32_t const threads : {1u, 2u, 8u}) {
      auto buffer = random_octets(size % 13 + wire.size() + 1);
      auto const guard = buffer.back();
      auto* const packet = buffer.data() + size % 13;
      std::copy(wire.begin(), wire.end(), packet);
      auto const result = threads == 1 ? open(keys, packet, wire.size())
                                       : open_by_threads(keys, packet, wire.size(), threads);
      ASSERT_EQ(result, good ? EspResult::kGood : EspResult::kSize) << "size " << size;
      std::size_t const from = sa.iv_size() == 16 ? 24 : 0;  // the IV stays as it came
      if (good) {
        ASSERT_EQ(to_hex({packet + from, text - from}), to_hex({&expected[from], text - from}))
            << "size " << size << ", threads " << threads;
        ASSERT_EQ(to_hex({packet, from}), to_hex({wire.data(), from}));
      }
      ASSERT_EQ(buffer.back(), guard) << "size " << size;
      opened += good;
    }
  }
  EXPECT_GE(opened, 300u);
}

TEST_P(EspBodies, FindAnyBitThatWasChangedAndDecryptNothingThen) {
  for (std::size_t const blocks : {1u, 2u, 9u}) {
    auto const sa = random_sa();
    auto const keys = sa.keys(Direction::kInbound);
    auto const clear = random_octets(sa.overhead() + 16 * blocks);
    auto wire = sa.seal(clear);
    if (sa.esn) testing::append_high(wire, clear, sa);
    for (std::size_t offset = 0; offset < wire.size(); ++offset) {
      auto packet = wire;
      packet[offset] ^= static_cast<std::uint8_t>(1u << offset % 8);
      auto const sent = packet;
      auto const threads = static_cast<std::uint32_t>(1 + offset % 8);
      ASSERT_EQ(threads == 1 ? open(keys, packet.data(), packet.size())
                             : open_by_threads(keys, packet.data(), packet.size(), threads),
                EspResult::kIntegrity)
          << "byte " << offset;
      auto const text = wire.size() - sa.icv_size() - (sa.esn ? 4 : 0);
      ASSERT_EQ(to_hex({packet.data(), text}), to_hex({sent.data(), text})) << "byte " << offset;
    }
  }
}

}  // namespace
}  // namespace warpline::ipsec
