// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "elements/ids/detect/detector.hpp"

namespace warpline::ids {

/// The state of one frame while the detector looks at it.
struct Detector::Work {
  Work(FrameArrival const& arrival, std::uint32_t now) : now_ms(now) {
    context.time_ns = arrival.time_ns;
    context.number = arrival.number;
    context.link_type = arrival.link == LinkType::kRawIp
                            ? kRawLink
                            : static_cast<std::uint16_t>(number_of(arrival.link));
  }

  PacketContext context;
  DecodedPacket const* root = nullptr;  // the outermost packet of the frame
  std::uint32_t now_ms;
  FrameVerdict verdict = FrameVerdict::kPass;
  std::uint32_t alerts = 0;  // of this packet
  bool passed = false;       // by a rule of pass
  bool validate = false;     // checksums
  StreamView view;
  std::vector<RuleAlert>* later = nullptr;  // if not null, alerts wait there
};

}  // namespace warpline::ids
