// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/app/detect_protocol.hpp"
#include <string_view>
#include "elements/ids/app/probe.hpp"
namespace warpline::ids {
AppProtocol detect_protocol(FirstBytes const& f) {
  std::string_view text(reinterpret_cast<char const*>(f.bytes.data), f.bytes.size);
  if (f.over_tcp) {
    if (f.to_server) { for (auto m : {"GET ", "POST ", "HEAD ", "PUT ", "OPTIONS ", "CONNECT "}) if (text.starts_with(m)) return AppProtocol::kHttp; }
    else if (text.starts_with("HTTP/")) return AppProtocol::kHttp;
  }
  if (f.server_port == 53 && probe_dns(f.bytes, f.over_tcp) == Probe::kYes) return AppProtocol::kDns;
  return f.at_end || f.bytes.size > 100 ? AppProtocol::kFailed : AppProtocol::kUnknown;
}
}
