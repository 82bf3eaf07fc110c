// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/esp/cpu_esp.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "elements/ipsec/esp/esp_decrypt.hpp"
#include "elements/ipsec/esp/esp_protect.hpp"
#include "elements/ipsec/esp/sa_tag.hpp"
#include "tests/elements/ipsec/every_suite.hpp"

namespace warpline::ipsec {
namespace {

using testing::Frame;
using testing::Octets;
using testing::RawSa;
using testing::to_hex;

constexpr std::uint32_t kOffsets[] = {34, 42, 54, 62};

/// Frames with ESP packets, their SAs, and what is to become of them.
struct Batch {
  std::vector<Frame> frames;
  std::vector<Packet> packets;
  std::vector<Octets> expected;
  std::vector<std::uint32_t> expected_results;

  std::uint8_t* add(Octets const& esp, std::uint32_t sa, std::uint32_t offset) {
    Octets frame(offset, 0x11);
    frame.insert(frame.end(), esp.begin(), esp.end());
    frames.emplace_back(frame, frames.size() % 5, 0);
    frames.back().packet.tag = SaTag(sa, offset).value;
    packets.push_back(frames.back().packet);
    expected.push_back(frame);
    return expected.back().data() + offset;
  }
};

class CpuEspTest : public testing::EverySuite {
 protected:
  void make_sas(unsigned count, bool mixed, Direction direction) {
    for (unsigned i = 0; i < count; ++i) {
      sas_.push_back(
          mixed ? RawSa::random(static_cast<Suite>(i % kSuiteCount), i / kSuiteCount % 2, random_)
                : random_sa());
      keys_.push_back(sas_.back().keys(direction));
    }
  }

  void add_to_protect(Batch& batch, std::size_t size) {
    auto const sa = static_cast<std::uint32_t>(random_() % sas_.size());
    auto* const expected = batch.add(random_octets(size), sa, kOffsets[random_() % 4]);
    esp_protect(aes_tables(), keys_[sa], expected, static_cast<std::uint32_t>(size));
  }
  /// Genuine packets, forged ones, and some that are none.
  void add_to_open(Batch& batch, std::size_t size) {
    auto const sa = static_cast<std::uint32_t>(random_() % sas_.size());
    auto const& raw = sas_[sa];
    auto esp = random_octets(size);
    if (raw.holds(size)) {
      auto const clear = esp;
      esp = raw.seal(clear);
      if (raw.esn) testing::append_high(esp, clear, raw);
      if (random_() % 4 == 0) esp[random_() % esp.size()] ^= 0x40;
    }
    auto* const expected = batch.add(esp, sa, kOffsets[random_() % 4]);
    batch.expected_results.push_back(esp_decrypt(aes_tables(), aes_inverse_tables(), keys_[sa],
                                                 expected, static_cast<std::uint32_t>(esp.size())));
  }

  using Sizes = std::vector<std::vector<std::size_t>>;  // of packets, by batches

  /// From 0 on, in random order, in batches of every size.
  Sizes every_length() {
    std::vector<std::size_t> sizes;
    for (std::size_t size = 0; size <= 2048; ++size) sizes.push_back(size);
    for (std::size_t const size : {9000u, 9004u, 65000u, 65004u}) sizes.push_back(size);
    std::shuffle(sizes.begin(), sizes.end(), random_);
    Sizes batches;
    for (std::size_t from = 0, count = 1; from < sizes.size(); from += count, ++count) {
      auto const begin = sizes.begin() + static_cast<std::ptrdiff_t>(from);
      auto const left = sizes.size() - from;
      batches.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(std::min(count, left)));
    }
    return batches;
  }
  /// As many packets in a call as the library has jobs, fewer and more: its lanes and its ring of jobs
  /// go round.
  Sizes full_batches() {
    Sizes batches;
    for (std::size_t const count :
         {256u, 256u, 64u, 192u, 255u, 256u, 128u, 128u, 257u, 300u, 256u, 300u})
      for (batches.emplace_back(); batches.back().size() < count;)
        batches.back().push_back(sas_.front().overhead() + 16 * (1 + random_() % 8));
    return batches;
  }

  void protects_as_the_body(Sizes const& batches) {
    CpuEsp cpu(std::make_shared<CpuKeys>(keys_));
    for (auto const& sizes : batches) {
      Batch batch;
      for (auto const size : sizes) add_to_protect(batch, size);
      cpu.protect(batch.packets);
      for (std::size_t i = 0; i < batch.packets.size(); ++i)
        ASSERT_EQ(to_hex(batch.frames[i].bytes()), to_hex(batch.expected[i]))
            << i << " of " << sizes.size() << ", frame of " << batch.packets[i].length << " bytes";
    }
  }
  /// Counts the results in `seen`.
  void opens_as_the_body(Sizes const& batches, unsigned (&seen)[3]) {
    CpuEsp cpu(std::make_shared<CpuKeys>(keys_));
    for (auto const& sizes : batches) {
      Batch batch;
      for (auto const size : sizes) add_to_open(batch, size);
      std::vector<std::uint32_t> results(batch.packets.size(), 77);
      cpu.open(batch.packets, results.data());
      ASSERT_EQ(results, batch.expected_results) << sizes.size();
      for (std::size_t i = 0; i < batch.packets.size(); ++i) {
        ++seen[results[i]];
        if (results[i] != EspResult::kGood) continue;
        auto const& sa = sas_[SaTag(batch.packets[i].tag).index()];
        auto const text = batch.expected[i].size() - sa.icv_size() - (sa.esn ? 4 : 0);
        ASSERT_EQ(to_hex({batch.packets[i].data, text}), to_hex({batch.expected[i].data(), text}));
      }
    }
  }
  void opens_every_length_as_the_body() {
    unsigned seen[3] = {};
    opens_as_the_body(every_length(), seen);
    for (auto const count : seen) EXPECT_GT(count, 10u);
  }

  std::vector<RawSa> sas_;
  std::vector<SaKeys> keys_;
};
WARPLINE_EVERY_SUITE(CpuEspTest);

TEST_P(CpuEspTest, ProtectsAsTheBodyForEveryLengthAndManySas) {
  make_sas(7, false, Direction::kOutbound);
  protects_as_the_body(every_length());
}

TEST_P(CpuEspTest, OpensAsTheBodyForEveryLengthAndManySas) {
  make_sas(7, false, Direction::kInbound);
  opens_every_length_as_the_body();
}

TEST_P(CpuEspTest, ProtectsBatchesThatFillTheLibrarysRingOfJobs) {
  make_sas(3, false, Direction::kOutbound);
  protects_as_the_body(full_batches());
}

TEST_P(CpuEspTest, OpensBatchesThatFillTheLibrarysRingOfJobs) {
  make_sas(3, false, Direction::kInbound);
  unsigned seen[3] = {};
  opens_as_the_body(full_batches(), seen);
  EXPECT_GT(seen[EspResult::kGood], seen[EspResult::kIntegrity]);
}

TEST_P(CpuEspTest, TakesNoPacketsAtAll) {
  make_sas(1, false, Direction::kOutbound);
  CpuEsp cpu(std::make_shared<CpuKeys>(keys_));
  cpu.protect({});
  cpu.open({}, nullptr);
}

TEST_P(CpuEspTest, ProtectsInTwoHalvesWhatTheCipherDoesNotAuthenticate) {
  make_sas(1, false, Direction::kOutbound);
  if (info(suite()).aead()) return;
  CpuEsp whole(std::make_shared<CpuKeys>(keys_)), halves(std::make_shared<CpuKeys>(keys_));
  auto const esp = random_octets(sas_[0].overhead() + 160);
  Batch a, b;
  a.add(esp, 0, 34);
  b.add(esp, 0, 34);
  whole.protect(a.packets);
  halves.encrypt(b.packets);
  halves.authenticate(b.packets);
  EXPECT_EQ(to_hex(a.frames[0].bytes()), to_hex(b.frames[0].bytes()));
}

class CpuEspMixed : public CpuEspTest {};
INSTANTIATE_TEST_SUITE_P(AllSuites, CpuEspMixed,
                         ::testing::Values(std::tuple<unsigned, bool>{0, false}));

TEST_P(CpuEspMixed, ProtectsAsTheBody) {
  make_sas(4 * kSuiteCount, true, Direction::kOutbound);
  protects_as_the_body(every_length());
}

TEST_P(CpuEspMixed, OpensAsTheBody) {
  make_sas(4 * kSuiteCount, true, Direction::kInbound);
  opens_every_length_as_the_body();
}

TEST(CpuKeys, AreEmptyAtFirstAndAgainWhenWiped) {
  std::mt19937 random(1);
  auto const sa = RawSa::random(Suite::kAes256Gcm, false, random);
  auto const keys = std::make_shared<CpuKeys>(4);
  EXPECT_EQ(keys->capacity(), 4u);
  CpuEsp cpu(keys);
  auto const clear = testing::random_octets(random, sa.overhead() + 64);
  auto const open = [&](std::uint32_t index) {
    Batch batch;
    batch.add(sa.seal(clear), index, 34);
    std::uint32_t result = 77;
    cpu.open(batch.packets, &result);
    return result;
  };
  EXPECT_EQ(open(2), EspResult::kSize);
  EXPECT_EQ(open(4), EspResult::kSize) << "beyond the last place";
  keys->set(2, sa.keys(Direction::kInbound));
  EXPECT_EQ(open(2), EspResult::kGood);
  EXPECT_EQ(open(1), EspResult::kSize);
  keys->set(2, RawSa::random(Suite::kAes128CbcHmacSha1, false, random).keys(Direction::kInbound));
  EXPECT_EQ(open(2), EspResult::kSize) << "no text of whole blocks";
  keys->set(2, sa.keys(Direction::kInbound));
  EXPECT_EQ(open(2), EspResult::kGood);
  keys->wipe(2);
  keys->wipe(2);
  EXPECT_EQ(open(2), EspResult::kSize);
  EXPECT_EQ(keys->key_bytes(), 0u);
}

TEST(CpuKeys, TakeMemoryByTheSuite) {
  std::mt19937 random(2);
  auto const bytes = [&random](Suite suite) {
    CpuKeys keys(8);
    keys.set(3, RawSa::random(suite, false, random).keys(Direction::kOutbound));
    return keys.key_bytes();
  };
  EXPECT_LE(bytes(Suite::kAes256Gcm), 1024u);
  EXPECT_LE(bytes(Suite::kAes256CbcHmacSha256), 320u);
  EXPECT_LE(bytes(Suite::kNullHmacSha256), 64u);
  EXPECT_LE(bytes(Suite::kAes256CbcHmacSha512), 384u);
  EXPECT_LE(bytes(Suite::kNullHmacSha384), 128u);
  EXPECT_LE(bytes(Suite::kChaCha20Poly1305), 32u);
}

TEST(CpuKeys, ChangeAtOtherPlacesWhilePacketsPass) {
  constexpr std::uint32_t kPlaces = 64;
  std::mt19937 random(3);
  std::vector<RawSa> sas;
  for (unsigned i = 0; i < kPlaces; ++i)
    sas.push_back(RawSa::random(static_cast<Suite>(i % kSuiteCount), false, random));
  auto const keys = std::make_shared<CpuKeys>(kPlaces);
  for (unsigned i = 0; i < kPlaces / 2; ++i) keys->set(i, sas[i].keys(Direction::kInbound));
  std::atomic<bool> ends = false;
  std::thread changes([&] {
    std::mt19937 own(4);
    while (!ends) {
      auto const place = kPlaces / 2 + own() % (kPlaces / 2);
      if (own() % 3 == 0)
        keys->wipe(place);
      else
        keys->set(place, sas[own() % kPlaces].keys(Direction::kInbound));
    }
  });
  CpuEsp cpu(keys);
  for (unsigned round = 0; round < 200; ++round) {
    Batch batch;
    for (unsigned i = 0; i < 40; ++i) {
      auto const sa = static_cast<std::uint32_t>(random() % (kPlaces / 2));
      batch.add(sas[sa].seal(testing::random_octets(random, sas[sa].overhead() + 16 * (1 + i))), sa,
                34);
    }
    std::vector<std::uint32_t> results(batch.packets.size(), 77);
    cpu.open(batch.packets, results.data());
    EXPECT_EQ(results, std::vector<std::uint32_t>(batch.packets.size(), EspResult::kGood));
  }
  ends = true;
  changes.join();
}

TEST(CpuEsp, DescribesTheLibrary) { EXPECT_EQ(CpuEsp::description().substr(0, 10), "ipsec-mb 1"); }

}  // namespace
}  // namespace warpline::ipsec
