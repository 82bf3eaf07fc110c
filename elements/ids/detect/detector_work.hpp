// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "elements/ids/detect/detector.hpp"

namespace warpline::ids {

/// The number of a link type in capture files (tcpdump.org, "Link-layer header types").
constexpr std::uint16_t link_number(LinkType link) {
  switch (link) {
    case LinkType::kEthernet:
      return 1;
    case LinkType::kRawIp:
      return 101;
    case LinkType::kPpp:
      return 9;
    case LinkType::kLinuxCooked:
      return 113;
    case LinkType::kLinuxCooked2:
      return 276;
    case LinkType::kNull:
      return 0;
  }
  return 1;
}

/// The state of one frame while the detector looks at it.
struct Detector::Work {
  Work(FrameArrival const& arrival, std::uint32_t now) : now_ms(now) {
    context.time_ns = arrival.time_ns;
    context.number = arrival.number;
    context.link_type = link_number(arrival.link);
  }

  PacketContext context;
  std::uint32_t now_ms;
  FrameVerdict verdict;
  std::uint32_t alerts = 0;  // of this packet
  bool passed = false;       // by a rule of pass
  StreamView view;
  std::vector<RuleAlert>* later = nullptr;  // if not null, alerts wait there
};

}  // namespace warpline::ids
