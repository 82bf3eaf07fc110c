// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "measure/case.hpp"
#include "measure/ceilings/ipsec.hpp"

namespace warpline::bench {

/// ipsec-mb alone on frames of `sizes` before encapsulation: each is processed once in each of
/// `directions`, with the keys of `sas` SAs.
std::unique_ptr<Ceiling> ipsec_ceiling(ipsec::Suite suite,
                                       std::vector<ipsec::Direction> const& directions,
                                       std::vector<std::uint32_t> sizes, std::size_t sas);

}  // namespace warpline::bench
