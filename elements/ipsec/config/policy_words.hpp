// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "elements/ipsec/model/policy.hpp"

namespace warpline::ipsec {

/// The expected value instead of a wrong SPI.
inline constexpr char const* kSpiExpected = "a number from 1 to 2^32 - 1 (RFC 4303 section 2.1)";

/// The warning about an SPI that IANA reserves, which Linux accepts.
inline constexpr char const* kReservedSpi =
    "SPIs from 1 to 255 are reserved (RFC 4303 section 2.1); peers may refuse this one";
constexpr bool is_reserved_spi(std::uint32_t spi) { return spi > 0 && spi < 0x100; }

/// The number of an IP protocol from its name, as IANA and `ip xfrm` spell it, or from a number
/// below 256.
std::optional<std::uint8_t> parse_protocol(std::string_view text);

/// The names that `parse_protocol` knows.
std::vector<std::string> protocol_names();

/// The error message for a wrong protocol, with the nearest names.
std::string protocol_expected(std::string_view text);

/// Parses `443` or `8000-8099`, each number at most `max`; no value if the text is neither.
std::optional<PortRange> parse_ports(std::string_view text, std::uint16_t max = 0xffff);

/// The reason why this protocol cannot have ports, or an ICMP type and code; empty if it can.
std::string ports_error(std::optional<std::uint8_t> protocol, bool type_and_code);

/// The error in the tunnel's ends; empty if there is none.
std::string template_error(SaTemplate const& sa);

}  // namespace warpline::ipsec
