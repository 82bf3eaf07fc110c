// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "elements/ipsec/database/sa_database.hpp"

namespace warpline::ipsec {

/// Sequence numbers and replay window in the words of `ip xfrm state`, in one line for an SA file:
/// `anti-replay esn context: seq-hi 0x0, seq 0x5, ...`.
std::string anti_replay_text(SaStatus const& sa);

/// The SA as `ip xfrm state list nokeys` prints it, several lines. It becomes an SA file when keys
/// replace `<<Keys hidden>>`.
std::string xfrm_state_text(SaStatus const& sa);

}  // namespace warpline::ipsec
