// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "elements/ids/decode/checksums.hpp"
#include "elements/ids/stream/host_policies.hpp"
#include "tests/elements/ids/evasion/traffic.hpp"

namespace warpline::ids::testing {

using Sids = std::vector<std::uint32_t>;

/// What Suricata 7.0.10 does where it differs, and why.
struct Difference {
  Sids sids{};
  std::string cause{};
};

/// Traffic that is made to pass unseen, or to raise alerts that it does not deserve.
struct EvasionCase {
  std::string name;
  Traffic traffic;
  Sids expected;  ///< alerts, sorted
  std::string rules = default_rules();
  HostSystem system = HostSystem::kWindows;  ///< of all hosts
  ChecksumPolicy checksums = ChecksumPolicy::kOn;
  bool ips = false, midstream = false;
  std::uint32_t depth = 1 << 20;
  std::optional<Difference> suricata{};
  std::optional<Sids> with_old_libhtp{};

  friend void PrintTo(EvasionCase const& test, std::ostream* out) { *out << test.name; }

  /// With a libhtp before 0.5.50 the rules see less: `sids`.
  EvasionCase& differs_with_old_libhtp(Sids sids) {
    with_old_libhtp = std::move(sids);
    return *this;
  }
  EvasionCase& differs(Sids sids, std::string cause) {
    suricata = Difference{std::move(sids), std::move(cause)};
    return *this;
  }

  /// The same word in the stream or a packet, in the stream, in a packet.
  static std::string default_rules() {
    return "alert tcp any any -> any any (content:\"attack\"; sid:1;)\n"
           "alert tcp-stream any any -> any any (content:\"attack\"; sid:2;)\n"
           "alert tcp-pkt any any -> any any (content:\"attack\"; sid:3;)\n";
  }
};

/// What our engine alerts, with the libhtp that it has.
Sids const& expected_of(EvasionCase const& test);

/// Rules of tcp-stream fall back to packets that the stream refused; here they look at streams only.
inline constexpr char kFallsBack[] = "tcp-stream looks at packets that the stream refused";

std::vector<EvasionCase> chunk_cases();
std::vector<EvasionCase> connection_cases();
std::vector<EvasionCase> fragment_cases();
std::vector<EvasionCase> http_chunk_cases();
std::vector<EvasionCase> http_gzip_cases();
std::vector<EvasionCase> http_header_cases();
std::vector<EvasionCase> http_length_cases();
std::vector<EvasionCase> http_message_cases();
std::vector<EvasionCase> http_segment_cases();
std::vector<EvasionCase> http_uri_cases();
std::vector<EvasionCase> overlap_cases();
std::vector<EvasionCase> segment_cases();

}  // namespace warpline::ids::testing
