// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "elements/ipsec/config/passed_over.hpp"
#include "elements/ipsec/config/sa_cursor.hpp"
#include "elements/ipsec/model/policy.hpp"

namespace warpline::ipsec {

/// Reads what an SA file has after `sel`: prefixes, protocol, ports or ICMP type and code. The
/// words of a selector go on while each comes for the first time, since `src` may also begin the
/// next field. Errors are noted at the cursor.
TrafficSelector read_selector(SaCursor& cursor, PassedOver& passed_over, Word const& field);

}  // namespace warpline::ipsec
