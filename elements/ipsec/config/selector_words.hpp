// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "elements/ipsec/config/passed_over.hpp"
#include "elements/ipsec/config/sa_cursor.hpp"
#include "elements/ipsec/model/policy.hpp"

namespace warpline::ipsec {

/// Reads the words after `sel` in an SA file: prefixes, protocol, ports or ICMP type and code. A
/// selector ends at a word that it already contains, because `src` may also begin the next field.
/// Errors are reported at the cursor.
TrafficSelector read_selector(SaCursor& cursor, PassedOver& passed_over, Word const& field);

}  // namespace warpline::ipsec
