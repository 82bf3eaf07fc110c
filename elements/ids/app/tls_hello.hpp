// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "core/base/bytes.hpp"
#include "elements/ids/app/tls_ja3.hpp"

namespace warpline::ids::tls {

inline constexpr std::uint16_t kVersion13 = 0x0304;
/// The versions of the drafts of TLS 1.3 are 0x7f00 + their number; 1 here stands for those that had
/// the number of the final version.
inline constexpr std::uint16_t kOldestDraft = 0x7f01;
constexpr bool is_draft(std::uint16_t version) {
  return version >= kOldestDraft && version <= 0x7f1c;
}

/// What the hellos of one side contain. The first name and fingerprint stay, the last version.
struct Hello {
  std::uint16_t version = 0;  ///< offered or chosen, by `supported_versions` if it is there
  std::array<std::uint8_t, 32> session_id{};
  std::uint8_t session_id_size = 0;
  bool has_session_ticket = false;  ///< the extension, even if it is empty
  bool is_draft_form = false;       ///< a ServerHello in the form of TLS 1.3's drafts
  std::string server_name;          ///< of `server_name` (RFC 6066, section 3), up to a zero byte
  Ja3 ja3;

  void clear();
};

/// Reads the body of a ClientHello or ServerHello (RFC 8446, sections 4.1.2 and 4.1.3, RFC 5246). What
/// stands before a fault counts. `with_ja3`: also makes the fingerprint, unless there is one.
void read_client_hello(Bytes body, Hello& hello, bool with_ja3);
void read_server_hello(Bytes body, Hello& hello, bool with_ja3);

}  // namespace warpline::ids::tls
