// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/gpu/prepared.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include "core/base/error.hpp"
#include "core/base/text_corpus.hpp"
#include "core/net/checksum.hpp"

namespace warpline::bench {
namespace {

/// Where packets of the benchmark come from.
class GpuBenchEntry final : public PolledElement {
 public:
  explicit GpuBenchEntry(Args&) {}
  PortCounts ports() const override { return {0, 1}; }
  void process(BatchPtr batch, unsigned, Outputs& out) noexcept override {
    out.emit(std::move(batch));
  }
  unsigned poll(Outputs&) noexcept override { return 0; }
  bool is_source() const override { return true; }
};
WARPLINE_ELEMENT(GpuBenchEntry);

/// Their destination.
class GpuBenchExit final : public Element {
 public:
  explicit GpuBenchExit(Args&) {}
  PortCounts ports() const override { return {1, 0}; }
  void process(BatchPtr batch, unsigned, Outputs& out) noexcept override {
    out.drop(batch->packets(), DropReason::named("not_wanted"));
  }
};
WARPLINE_ELEMENT(GpuBenchExit);

/// A UDP frame to a random address in 10.1.0.0/16, with a random part of `corpus` as payload.
void fill(Packet& packet, unsigned size, std::string const& corpus, std::mt19937_64& random) {
  constexpr unsigned kHeaders = ether::kSize + ipv4::kSize + udp::kSize;
  packet.append(size);
  std::fill_n(packet.data, std::min(size, kHeaders), std::uint8_t{0});
  auto& outer = *packet.header<ether::Header>(0);
  outer.type.set(ether::kIpv4);
  auto& ip = *packet.header<ipv4::Header>(ether::kSize);
  ip.version_ihl = 0x45;
  ip.total_length.set(static_cast<std::uint16_t>(size - ether::kSize));
  ip.ttl = 64;
  ip.protocol = protocol::kUdp;
  ip.source.set(0x0a000000u | static_cast<std::uint32_t>(random() & 0xffff));
  ip.destination.set(0x0a010000u | static_cast<std::uint32_t>(random() & 0xffff));
  ip.checksum.set(checksum_of(checksum_sum({packet.data + ether::kSize, ipv4::kSize})));
  auto& udp = *packet.header<udp::Header>(ether::kSize + ipv4::kSize);
  udp.source.set(static_cast<std::uint16_t>(1024 + random() % 60000));
  udp.destination.set(80);
  udp.length.set(static_cast<std::uint16_t>(size - ether::kSize - ipv4::kSize));
  auto const payload = size - kHeaders;
  auto const from = random() % (corpus.size() - payload);
  std::copy_n(corpus.data() + from, payload, packet.data + kHeaders);
}

std::string corpus_of(std::string const& payload, std::mt19937_64& random) {
  constexpr std::size_t kSize = 1 << 20;
  if (payload == "text") return text_corpus(1, kSize);
  std::string bytes(kSize, '\0');
  for (auto& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

}  // namespace

/// Keeps the batches for the element's segment; other segments run here.
class Prepared::Catcher final : public OffloadHandler {
 public:
  explicit Catcher(std::vector<BatchPtr>& batches) : batches_(batches) {}
  void wait_at(Segment const* segment) { segment_ = segment; }
  bool submit(Segment& segment, BatchPtr& batch) noexcept override {
    if (&segment != segment_) return false;
    batches_.push_back(std::move(batch));
    return true;
  }

 private:
  std::vector<BatchPtr>& batches_;
  Segment const* segment_ = nullptr;
};

Prepared::Prepared(KernelCase const& subject, DeviceSet& devices, unsigned size, std::size_t count)
    : buffers_(count),
      pool_(count / Batch::kCapacity + 8),
      context_{ports_, devices, shared_},
      catcher_(std::make_unique<Catcher>(batches_)) {
  auto const text = "entry :: GpuBenchEntry -> " + subject.pipeline + " -> GpuBenchExit;";
  graph_ =
      Graph::build(parse_pipeline(std::make_shared<Source>(Source{subject.name, text})), context_);
  graph_->attach(buffers_, pool_, counters_);
  graph_->attach(catcher_.get());
  node_ = graph_->find("e");
  if (node_ == nullptr || node_->element->offload() == nullptr || node_->segment == nullptr)
    throw ConfigError(subject.name + ": 'e' is not at the head of a segment");
  catcher_->wait_at(node_->segment);
  std::mt19937_64 random(7);
  auto const corpus = corpus_of(subject.payload, random);
  for (std::size_t i = 0; i < count; i += Batch::kCapacity) {
    auto batch = pool_.allocate();
    auto const batch_size =
        static_cast<unsigned>(std::min<std::size_t>(Batch::kCapacity, count - i));
    if (!batch || !buffers_.allocate({batch->slots(), batch_size})) break;
    for (unsigned k = 0; k < batch_size; ++k) fill(batch->slots()[k], size, corpus, random);
    batch->resize(batch_size);
    batch->device = static_cast<DeviceIndex>(devices.size() - 1);
    graph_->push(*graph_->find("entry"), 0, std::move(batch));
  }
}

Prepared::~Prepared() {
  for (auto& batch : batches_) buffers_.release(batch->packets());
}

std::size_t Prepared::packets() const {
  std::size_t sum = 0;
  for (auto const& batch : batches_) sum += batch->size();
  return sum;
}

}  // namespace warpline::bench
