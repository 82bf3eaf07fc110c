// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/esp_sender.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <thread>

#include "elements/ipsec/config/sa_file.hpp"
#include "elements/ipsec/packet/esp_outbound.hpp"
#include "tests/elements/ipsec/esp_forms.hpp"

namespace warpline::ipsec {
namespace {

using testing::Frame;
using testing::ipv4_frame;
using testing::Octets;
using testing::reason;

constexpr SaName kName{Direction::kOutbound, 0x1001, {}};
constexpr std::uint64_t kEnd = ~std::uint64_t{0};

std::shared_ptr<SaDatabase> database(std::uint64_t last_sequence, bool esn, unsigned workers) {
  char words[200];
  std::snprintf(words, sizeof words,
                "src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1001 mode tunnel dir out "
                "replay-oseq 0x%x replay-oseq-hi 0x%x %s",
                static_cast<unsigned>(last_sequence), static_cast<unsigned>(last_sequence >> 32),
                esn ? "flag esn " : "");
  auto const sas = parse_sa_file(Source{
      "sa", words + std::string("aead rfc4106(gcm(aes)) 0x") + std::string(40, '5') + " 128"});
  auto database = std::make_shared<SaDatabase>(sas, std::vector<Policy>{});
  database->slots().serve_one_thread(workers == 1);
  return database;
}

std::uint64_t sequence_of(SaDatabase& database) { return database.list().front().sequence; }

/// The IVs of the packets that a worker sent, which are their sequence numbers, and its drops.
struct Sent {
  std::vector<std::uint64_t> numbers;
  std::map<std::string, unsigned> drops;
};

Sent send(std::shared_ptr<SaDatabase> const& database, unsigned packets) {
  constexpr unsigned kBatch = 64;
  EspSender sender(database);
  Sent sent;
  Octets const frame = ipv4_frame(Octets(20));
  for (unsigned begin = 0; begin < packets; begin += kBatch) {
    std::vector<Frame> frames;
    std::vector<Packet> batch;
    Verdict verdicts[kBatch];
    for (unsigned i = 0; i < kBatch; ++i) frames.emplace_back(frame);
    for (auto const& entry : frames) batch.push_back(entry.packet);
    sender.encapsulate(batch, verdicts);
    for (unsigned i = 0; i < kBatch; ++i) {
      if (verdicts[i].is_drop()) {
        ++sent.drops[reason(verdicts[i])];
        continue;
      }
      std::uint64_t number = 0;  // Ethernet, IPv4, SPI and low half, then the IV
      for (unsigned byte = 0; byte < 8; ++byte)
        number = number << 8 | batch[i].data[14 + 20 + 8 + byte];
      sent.numbers.push_back(number);
    }
  }
  return sent;
}

/// What all workers together sent, in order.
Sent send_by(unsigned workers, std::shared_ptr<SaDatabase> const& database, unsigned packets) {
  std::vector<Sent> shares(workers);
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < workers; ++i)
    threads.emplace_back([&, i] { shares[i] = send(database, packets); });
  for (auto& thread : threads) thread.join();
  Sent all;
  for (auto const& sent : shares) {
    all.numbers.insert(all.numbers.end(), sent.numbers.begin(), sent.numbers.end());
    for (auto const& [reason, count] : sent.drops) all.drops[reason] += count;
  }
  std::sort(all.numbers.begin(), all.numbers.end());
  return all;
}

class SequenceEnd : public ::testing::TestWithParam<unsigned> {};

/// RFC 4303 section 3.3.3: the number must not cycle.
TEST_P(SequenceEnd, TheLast64BitNumberIsTheLast) {
  auto const workers = GetParam();
  auto const sas = database(kEnd - 255, true, workers);
  auto const sent = send_by(workers, sas, 2048);
  ASSERT_EQ(sent.numbers.size(), 255u);
  for (unsigned i = 0; i < 255; ++i) ASSERT_EQ(sent.numbers[i], kEnd - 254 + i);
  EXPECT_EQ(sent.drops,
            (std::map<std::string, unsigned>{{"sequence_exhausted", 2048 * workers - 255}}));
  EXPECT_EQ(sequence_of(*sas), kEnd);
}

TEST_P(SequenceEnd, TheLast32BitNumberIsTheLastWithoutExtendedNumbers) {
  auto const workers = GetParam();
  auto const sas = database(0xffffffff - 100, false, workers);
  auto const sent = send_by(workers, sas, 1024);
  ASSERT_EQ(sent.numbers.size(), 100u);
  EXPECT_EQ(sent.numbers.back(), 0xffffffffu);
  EXPECT_EQ(sent.drops.at("sequence_exhausted"), 1024 * workers - 100);
  EXPECT_EQ(sequence_of(*sas), 0xffffffffu);
}

TEST_P(SequenceEnd, ALimitHoldsPacketsBackUntilItIsRaised) {
  auto const workers = GetParam();
  auto const sas = database(0, true, workers);
  sas->slots().use(0).outbound.limit = 100;
  auto sent = send_by(workers, sas, 512);
  EXPECT_EQ(sent.numbers.size(), 100u);
  EXPECT_EQ(sent.drops, (std::map<std::string, unsigned>{{"state_behind", 512 * workers - 100}}));
  EXPECT_EQ(sequence_of(*sas), 100u);
  sas->slots().use(0).outbound.limit = 150;
  sent = send_by(workers, sas, 512);
  ASSERT_EQ(sent.numbers.size(), 50u);
  EXPECT_EQ(sent.numbers.front(), 101u);
  EXPECT_EQ(sent.numbers.back(), 150u);
}

INSTANTIATE_TEST_SUITE_P(Workers, SequenceEnd, ::testing::Values(1, 2, 4),
                         [](auto const& workers) { return std::to_string(workers.param); });

}  // namespace
}  // namespace warpline::ipsec
