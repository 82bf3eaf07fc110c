// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/alert/fast_log.hpp"

#include <algorithm>

#include "elements/ids/alert/endpoints.hpp"

namespace warpline::ids {

FastLog::FastLog(LineQueue& queue)
    : queue_(&queue),
      space_(std::make_unique<char[]>(kMaxLineBytes)),
      out_({space_.get(), kMaxLineBytes}) {}

void FastLog::alert(PacketContext const& context, RuleOutput const& rule, bool dropped) noexcept {
  out_.clear();
  out_.fast_time(context.time_ns);
  out_.raw(dropped ? "  [Drop] [**] " : "  [**] ");
  out_.raw(rule.fast);
  if (endpoints_of(context).version != 0)
    ends(context);
  else
    raw_packet(context);
  out_.raw('\n');
  if (out_.overflow())
    queue_->lose();
  else
    queue_->put(out_.text());
}

void FastLog::ends(PacketContext const& context) {
  auto ends = endpoints_of(context);
  if ((ends.protocol == 1 || ends.protocol == 58) && context.packet != nullptr) {
    ends.source_port = context.packet->icmp_type;
    ends.destination_port = context.packet->icmp_code;
  }
  out_.raw(" {");
  put_protocol(out_, ends.protocol);
  out_.raw("} ");
  out_.address(ends.source, ends.address_size());
  out_.raw(':');
  out_.number(ends.source_port);
  out_.raw(" -> ");
  out_.address(ends.destination, ends.address_size());
  out_.raw(':');
  out_.number(ends.destination_port);
}

void FastLog::raw_packet(PacketContext const& context) {
  if (context.packet == nullptr) return;
  constexpr char kDigits[] = "0123456789ABCDEF";
  auto const& frame = context.packet->frame;
  out_.raw(" [**] [Raw pkt: ");
  for (std::uint32_t i = 0; i < std::min(frame.size, 32u); ++i) {
    out_.raw(kDigits[frame.data[i] >> 4]);
    out_.raw(kDigits[frame.data[i] & 15]);
    out_.raw(' ');
  }
  out_.raw(']');
  if (context.number == 0) return;
  out_.raw(" [pcap file packet: ");
  out_.number(context.number);
  out_.raw(']');
}

}  // namespace warpline::ids
