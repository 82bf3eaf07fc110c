// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/core/test_elements.hpp"

#include <cstring>

#include "core/base/clock.hpp"

namespace warpline {
namespace {

using test::Bench;

std::shared_ptr<Bench> bench_of(Args& args) {
  return args.context().shared.get<Bench>("bench", [] { return new Bench; });
}

/// Emits the bench's input; a packet carries its number as tag and in its first four bytes.
class TestSource final : public SourceElement {
 public:
  explicit TestSource(Args& args) : bench_(bench_of(args)) {}
  bool finished() const noexcept override { return bench_->input.empty(); }
  unsigned poll(Outputs& out) noexcept override {
    if (bench_->input.empty()) return 0;
    auto batch = out.batches().allocate(8);
    if (!batch) return 0;
    auto const numbers = std::move(bench_->input.front());
    auto const count = static_cast<unsigned>(numbers.size());
    if (!out.buffers().allocate({batch->slots(), count})) return 0;
    bench_->input.pop_front();
    batch->resize(count);
    for (unsigned i = 0; i < count; ++i) {
      auto& packet = (*batch)[i];
      packet.append(8);
      std::uint32_t const bytes[2] = {numbers[i], 0};
      std::memcpy(packet.data, bytes, 8);
      packet.tag = numbers[i];
    }
    batch->received = cycles();
    out.count_received(*batch);
    out.emit(std::move(batch));
    return count;
  }

 private:
  std::shared_ptr<Bench> bench_;
};
WARPLINE_ELEMENT(TestSource);

/// Takes packets out of the world and notes their tags.
class TestSink final : public Element {
 public:
  explicit TestSink(Args& args) : bench_(bench_of(args)), name_(args.element_name()) {}
  PortCounts ports() const override { return {1, 0}; }
  void process(BatchPtr batch, unsigned, Outputs& out) noexcept override {
    for (auto const& packet : batch->packets()) {
      bench_->output.push_back(packet.tag);
      bench_->by_sink[name_].push_back(packet.tag);
    }
    out.count_transmitted(batch->packets(), batch->received);
    out.buffers().release(batch->packets());
  }

 private:
  std::shared_ptr<Bench> bench_;
  std::string name_;
};
WARPLINE_ELEMENT(TestSink);

/// Output number = tag modulo OUTPUTS; with DROP n, every n-th packet is dropped.
class TestSpread final : public PacketElement<TestSpread> {
 public:
  explicit TestSpread(Args& args)
      : outputs_(args.required<std::uint32_t>("OUTPUTS")),
        drop_(args.keyword<std::uint32_t>("DROP", 0)) {}
  PortCounts ports() const override { return {1, outputs_}; }
  Verdict operator()(Packet& packet) const {
    if (drop_ != 0 && packet.tag % drop_ == 0) return drop<"test_spread">();
    return forward(packet.tag % outputs_);
  }

 private:
  std::uint32_t outputs_, drop_;
};
WARPLINE_ELEMENT(TestSpread);

/// Sends batches to the bench's devices in turn.
class TestBalance final : public Element {
 public:
  explicit TestBalance(Args& args) : bench_(bench_of(args)) {}
  void process(BatchPtr batch, unsigned, Outputs& out) noexcept override {
    if (!bench_->devices.empty()) batch->device = bench_->devices[next_++ % bench_->devices.size()];
    out.emit(std::move(batch));
  }

 private:
  std::shared_ptr<Bench> bench_;
  std::size_t next_ = 0;
};
WARPLINE_ELEMENT(TestBalance);

/// Adds the ADD to the tag; drops afterwards what then is a multiple of DROP.
class TestAdd final : public OffloadElement<TestAdd> {
 public:
  using Reads = Regions<Tag, Edit<0>>;
  using Writes = Result<std::uint32_t>;
  explicit TestAdd(Args& args)
      : add_(args.required<std::uint32_t>("ADD")), drop_(args.keyword<std::uint32_t>("DROP", 0)) {}
  struct Kernel {
    std::uint32_t add;
    WARPLINE_HD std::uint32_t operator()(std::uint32_t tag, MutableBytes bytes) const {
      bytes.data[4] = static_cast<std::uint8_t>(bytes.data[4] + 1);
      return tag + add;
    }
  };
  Kernel kernel(Device&) const { return {add_}; }
  Verdict finish(Packet& packet, std::uint32_t sum) const {
    if (drop_ != 0 && sum % drop_ == 0) return drop<"test_add">();
    packet.tag = sum;
    return forward();
  }

 private:
  std::uint32_t add_, drop_;
};
WARPLINE_ELEMENT(TestAdd);

/// Adds ADD to the tag, as TestAdd does, but leaves packets alone, and finishes a batch at a time.
class TestSum final : public OffloadElement<TestSum> {
 public:
  using Reads = Tag;
  using Writes = Result<std::uint32_t>;
  explicit TestSum(Args& args) : add_(args.required<std::uint32_t>("ADD")) {}
  struct Kernel {
    std::uint32_t add;
    WARPLINE_HD std::uint32_t operator()(std::uint32_t tag) const { return tag + add; }
  };
  Kernel kernel(Device&) const { return {add_}; }
  void finish(std::span<Packet> packets, std::uint32_t const* sums, Verdict* verdicts) const {
    for (std::size_t i = 0; i < packets.size(); ++i) {
      packets[i].tag = sums[i];
      verdicts[i] = forward();
    }
  }

 private:
  std::uint32_t add_;
};
WARPLINE_ELEMENT(TestSum);

/// Drops packets whose tag times FACTOR is a multiple of DROP, from the result of a kernel that only
/// reads; any result that is not the packet's own is a drop, too. Its `finish` may wait.
template <class Self, class Number>
class TestMark : public OffloadElement<Self> {
 public:
  using Reads = Tag;
  using Writes = Result<Number>;
  static constexpr bool kFinishMayWait = true;
  explicit TestMark(Args& args)
      : factor_(args.required<std::uint8_t>("FACTOR")),
        drop_(args.keyword<std::uint8_t>("DROP", 0)) {}
  struct Kernel {
    std::uint8_t factor;
    WARPLINE_HD Number operator()(std::uint32_t tag) const {
      return static_cast<Number>(tag * factor);
    }
  };
  Kernel kernel(Device&) const { return {factor_}; }
  Verdict finish(Packet& packet, Number product) const {
    if (product != Kernel{factor_}(packet.tag)) return drop<"test_wrong_result">();
    if (drop_ != 0 && product % drop_ == 0) return drop<"test_mark">();
    return forward();
  }

 private:
  std::uint8_t factor_, drop_;
};
struct TestMark1 final : TestMark<TestMark1, std::uint8_t> {
  using TestMark::TestMark;
};
WARPLINE_ELEMENT(TestMark1);
struct TestMark8 final : TestMark<TestMark8, std::uint64_t> {
  using TestMark::TestMark;
};
WARPLINE_ELEMENT(TestMark8);

/// Lets all packets through; its kernel reads eight bytes.
class TestLength final : public OffloadElement<TestLength> {
 public:
  using Reads = Payload<8>;
  using Writes = Result<std::uint32_t>;
  static constexpr bool kFinishMayWait = true;
  explicit TestLength(Args&) {}
  struct Kernel {
    WARPLINE_HD std::uint32_t operator()(Bytes bytes) const { return bytes.size; }
  };
  Kernel kernel(Device&) const { return {}; }
  Verdict finish(Packet& packet, std::uint32_t size) const {
    return size + 8 == packet.length ? forward() : drop<"test_wrong_result">();
  }
};
WARPLINE_ELEMENT(TestLength);

/// Its kernel needs longer frames than TestSource emits.
struct TestCut final : OffloadElement<TestCut> {
  using Reads = Payload<9>;
  using Writes = NoResult;
  explicit TestCut(Args&) {}
  struct Kernel {
    WARPLINE_HD void operator()(Bytes) const {}
  };
  Kernel kernel(Device&) const { return {}; }
};
WARPLINE_ELEMENT(TestCut);

/// Notes which version of the bench's table each step of a packet sees.
class TestVersion final : public OffloadElement<TestVersion> {
 public:
  using Reads = Tag;
  using Writes = Result<std::uint32_t>;
  explicit TestVersion(Args& args)
      : bench_(bench_of(args)), bound_(std::make_unique<Bound>(bench_->version->current())) {}

  Verdict prepare(Packet& packet) const {
    std::memcpy(packet.data + 4, &bound_->version->number, 4);
    return forward();
  }
  struct Kernel {
    std::uint32_t const* number;
    WARPLINE_HD std::uint32_t operator()(std::uint32_t) const {
      if (*number == kReleased) ++Bench::reads_after_release;
      return *number;
    }
  };
  Kernel kernel(Device& device) const { return {bound_->version->copies.on(device)}; }
  Verdict finish(Packet& packet, std::uint32_t number) const {
    std::uint32_t prepared = 0;
    std::memcpy(&prepared, packet.data + 4, 4);
    ++bench_->versions[number];
    if (prepared != number || number != bound_->version->number) ++bench_->mixed;
    return forward();
  }

  SharedTable const* shared_table() const noexcept override { return bench_->version.get(); }
  std::unique_ptr<Binding> make_binding(DeviceSet& devices) const override {
    auto bound = std::make_unique<Bound>(bench_->version->current());
    for (std::size_t i = 0; i < devices.size(); ++i) bound->version->copies.on(devices[i]);
    return bound;
  }
  void exchange(std::unique_ptr<Binding>& binding) noexcept {
    auto before = std::move(bound_);
    bound_.reset(static_cast<Bound*>(binding.release()));
    binding = std::move(before);
  }

 private:
  static constexpr std::uint32_t kReleased = 0xdddddddd;  // see VirtualDriver
  struct Bound final : Binding {
    explicit Bound(Generation<test::Version> generation) : version(std::move(generation)) {}
    Generation<test::Version> version;
  };

  std::shared_ptr<Bench> bench_;
  std::unique_ptr<Bound> bound_;
};
WARPLINE_ELEMENT(TestVersion);

/// Adds ADD to byte 5 and counts itself in byte 4: only edits.
class TestEdit final : public OffloadElement<TestEdit> {
 public:
  using Reads = Edit<0>;
  using Writes = NoResult;
  explicit TestEdit(Args& args) : add_(args.required<std::uint8_t>("ADD")) {}
  struct Kernel {
    std::uint8_t add;
    WARPLINE_HD void operator()(MutableBytes bytes) const {
      bytes.data[4] = static_cast<std::uint8_t>(bytes.data[4] + 1);
      bytes.data[5] = static_cast<std::uint8_t>(bytes.data[5] * 3 + add);
    }
  };
  Kernel kernel(Device&) const { return {add_}; }

 private:
  std::uint8_t add_;
};
WARPLINE_ELEMENT(TestEdit);

/// Holds batches until it is polled.
class TestHold final : public PolledElement {
 public:
  explicit TestHold(Args&) {}
  void process(BatchPtr batch, unsigned, Outputs&) noexcept override {
    kept_.push_back(std::move(batch));
  }
  unsigned poll(Outputs& out) noexcept override {
    if (kept_.empty()) return 0;
    auto const count = kept_.front()->size();
    out.emit(std::move(kept_.front()));
    kept_.pop_front();
    return count;
  }
  std::size_t held() const noexcept override {
    std::size_t packets = 0;
    for (auto const& batch : kept_) packets += batch->size();
    return packets;
  }

 private:
  std::deque<BatchPtr> kept_;
};
WARPLINE_ELEMENT(TestHold);

/// Checks that bodies before it ran exactly RUNS times in all: byte 4 counts them.
class TestCheck final : public PacketElement<TestCheck> {
 public:
  explicit TestCheck(Args& args) : runs_(args.required<std::uint8_t>("RUNS")) {}
  Verdict operator()(Packet& packet) const {
    return packet.data[4] == runs_ ? forward() : drop<"test_wrong_runs">();
  }

 private:
  std::uint8_t runs_;
};
WARPLINE_ELEMENT(TestCheck);

/// Takes long over its first batch.
class TestStall final : public Element {
 public:
  explicit TestStall(Args& args) : bench_(bench_of(args)) {}
  void process(BatchPtr batch, unsigned, Outputs& out) noexcept override {
    auto const until = cycles() + std::exchange(bench_->stall_cycles, 0);
    while (cycles() < until) relax();
    out.emit(std::move(batch));
  }

 private:
  std::shared_ptr<Bench> bench_;
};
WARPLINE_ELEMENT(TestStall);

}  // namespace
}  // namespace warpline
