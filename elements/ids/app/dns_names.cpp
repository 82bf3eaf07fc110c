// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "elements/ids/app/dns_message.hpp"

/// The names of types and response codes in EVE, with Suricata's spelling ("CDSNKEY").
namespace warpline::ids::dns {

std::string_view type_name(std::uint16_t type) {
  static constexpr auto kNames = std::to_array<std::string_view>({
      "",         "A",     "NS",    "ND",     "MF",    "CNAME",  "SOA",        "MB",   "MG",
      "MR",       "NULL",  "WKS",   "PTR",    "HINFO", "MINFO",  "MX",         "TXT",  "RP",
      "AFSDB",    "X25",   "ISDN",  "RT",     "NSAP",  "NSAPPT", "SIG",        "KEY",  "PX",
      "GPOS",     "AAAA",  "LOC",   "NXT",    "",      "",       "SRV",        "ATMA", "NAPTR",
      "KX",       "CERT",  "A6",    "DNAME",  "",      "OPT",    "APL",        "DS",   "SSHFP",
      "IPSECKEY", "RRSIG", "NSEC",  "DNSKEY", "DHCID", "NSEC3",  "NSEC3PARAM", "TLSA", "",
      "",         "HIP",   "",      "",       "",      "CDS",    "CDSNKEY",    "",     "",
      "",         "",      "HTTPS",
  });
  if (type < kNames.size()) return kNames[type];
  switch (type) {
    case 99:
      return "SPF";
    case 249:
      return "TKEY";
    case 250:
      return "TSIG";
    case 254:
      return "MAILA";
    case 255:
      return "ANY";
    case 256:
      return "URI";
    default:
      return {};
  }
}

std::string_view response_code_name(std::uint8_t code) {
  static constexpr auto kNames = std::to_array<std::string_view>({
      "NOERROR",
      "FORMERR",
      "SERVFAIL",
      "NXDOMAIN",
      "NOTIMP",
      "REFUSED",
      "YXDOMAIN",
      "YXRRSET",
      "NXRRSET",
      "NOTAUTH",
      "NOTZONE",
  });
  return code < kNames.size() ? kNames[code] : std::string_view{};
}

}  // namespace warpline::ids::dns
