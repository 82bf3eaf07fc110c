// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/app/probe.hpp"

#include "elements/ids/app/dns_message.hpp"

namespace warpline::ids {

Probe probe_dns(Bytes bytes, bool over_tcp) {
  auto size = bytes.size;
  if (over_tcp) {
    if (bytes.size < dns::kLengthSize + dns::kHeaderSize) return Probe::kMore;
    size = static_cast<std::uint32_t>(bytes.data[0] << 8 | bytes.data[1]);
    bytes = bytes.after(dns::kLengthSize);
  }
  if (size < dns::kHeaderSize) return Probe::kNo;
  auto const header = dns::read_header(bytes);
  std::uint32_t const records =
      0u + header.questions + header.answers + header.authorities + header.additionals;
  if (records * 2 > size - dns::kHeaderSize) return Probe::kNo;
  if (bytes.size < size) return Probe::kYes;
  bool const wrong = dns::check({bytes.data, size}, header.is_response()) == dns::Parse::kBad;
  return wrong ? Probe::kNo : Probe::kYes;
}

}  // namespace warpline::ids
