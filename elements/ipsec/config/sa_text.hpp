// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "elements/ipsec/database/sa_database.hpp"

namespace warpline::ipsec {

/// Sequence numbers and replay window in the words of `ip xfrm state`, in one line that an SA file
/// takes: `anti-replay esn context: seq-hi 0x0, seq 0x5, ...`.
std::string anti_replay_text(SaStatus const& sa);

/// The SA as `ip xfrm state list nokeys` prints it, several lines: an SA file once keys stand in place
/// of `<<Keys hidden>>`.
std::string xfrm_state_text(SaStatus const& sa);

}  // namespace warpline::ipsec
