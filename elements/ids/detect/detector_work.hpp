// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "elements/ids/detect/detector.hpp"

namespace warpline::ids {

/// The state of one frame while the detector looks at it.
struct Detector::Work {
  Work(Arrival const& arrival, std::uint32_t now) : now_ms(now) {
    context.time_ns = *arrival.time_ns;
    context.number = arrival.number;
    context.link_type = arrival.link_type == LinkType::kRawIp
                            ? kRawLink
                            : static_cast<std::uint16_t>(number_of(arrival.link_type));
  }

  ~Work() {
    for (unsigned i = 0; i < held_count; ++i) --held[i]->held;
  }
  Work(Work const&) = delete;
  Work& operator=(Work const&) = delete;
  void hold(Flow& flow) {
    ++flow.held;
    held[held_count++] = &flow;
  }

  PacketContext context;
  DecodedPacket const* root = nullptr;  // the outermost packet of the frame
  std::uint32_t now_ms;
  FrameVerdict verdict = FrameVerdict::kPass;
  std::uint32_t alerts = 0;  // of this packet
  bool passed = false;       // by a rule of pass
  bool validate = false;     // checksums
  bool more_layers = false;  // packets within this one follow
  Rejection rejection;       // if the verdict is `kReject`
  StreamView view;
  std::span<TransactionRule const> transactions{};  // rules to evaluate
  std::optional<TransactionId> transaction{};       // of the rule that is evaluated
  bool detected = false;  // the flow's protocol, since the last packet of this direction
  bool changed = false;   // transactions of the packet's direction
  // Flows of outer packets, which stay until the frame is done.
  std::array<Flow*, FrameDecoder::kMaxPackets*(kMaxDatagrams + 1)> held{};
  unsigned held_count = 0;
  std::vector<RuleAlert>* later = nullptr;  // if not null, alerts wait there
};

}  // namespace warpline::ids
