// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "measure/traffic.hpp"

namespace warpline::bench {

std::string generator_spec(Traffic const& traffic) {
  auto spec = "gen:size=" + traffic.sizes + ",flows=" + std::to_string(traffic.flows) + ",payload=";
  spec += traffic.payload == "pcap" ? quote("pcap:" + traffic.pcap) : traffic.payload;
  if (!traffic.to.empty()) spec += ",to=" + traffic.to;
  if (traffic.hosts != 0) spec += ",hosts=" + std::to_string(traffic.hosts);
  return traffic.recycled ? spec + ",recycled" : spec;
}

std::string quote(std::string const& text) {
  std::string quoted = "\"";
  for (char const c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string payload_label(Traffic const& traffic) {
  if (traffic.recycled) return "payload recycled: not copied for every packet";
  return "payload copied for every packet";
}

}  // namespace warpline::bench
