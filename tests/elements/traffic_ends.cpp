// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/elements/traffic_ends.hpp"

#include <algorithm>

#include "core/base/clock.hpp"
#include "core/element/polled_element.hpp"
#include "core/net/wire.hpp"

namespace warpline {
namespace {

using test::Traffic;
using test::traffic_of;

/// Sends as many packets as the test allows, eight at a time.
class StreamSource final : public SourceElement {
 public:
  explicit StreamSource(Args& args) : traffic_(traffic_of(args.context().shared)) {}
  bool finished() const noexcept override {
    return traffic_->over && traffic_->sent >= traffic_->allowed;
  }
  unsigned poll(Outputs& out) noexcept override {
    if (traffic_->sent >= traffic_->allowed) return 0;
    auto batch = out.batches().allocate(8);
    if (!batch || !out.buffers().allocate({batch->slots(), 8})) return 0;
    batch->resize(8);
    for (auto& packet : batch->packets()) {
      packet.append(static_cast<std::uint16_t>(traffic_->frame.size()));
      std::copy(traffic_->frame.begin(), traffic_->frame.end(), packet.data);
    }
    batch->received = cycles();
    out.count_received(*batch);
    out.emit(std::move(batch));
    traffic_->sent += 8;
    return 8;
  }

 private:
  std::shared_ptr<Traffic> traffic_;
};
WARPLINE_ELEMENT(StreamSource);

/// Takes all packets, and remembers the sequence numbers of ESP.
class StreamSink final : public Element {
 public:
  explicit StreamSink(Args& args) : traffic_(traffic_of(args.context().shared)) {}
  PortCounts ports() const override { return {1, 0}; }
  void process(BatchPtr batch, unsigned, Outputs& out) noexcept override {
    if (traffic_->keeps_sequences)
      for (auto const& packet : batch->packets())
        if (auto const* number = packet.header<be32>(ether::kSize + 20 + 4))
          traffic_->sequences.push_back(number->host());
    traffic_->received += batch->size();
    out.count_transmitted(batch->packets(), batch->received);
    out.buffers().release(batch->packets());
  }

 private:
  std::shared_ptr<Traffic> traffic_;
};
WARPLINE_ELEMENT(StreamSink);

}  // namespace
}  // namespace warpline
