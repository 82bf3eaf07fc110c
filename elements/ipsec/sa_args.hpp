// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "core/element/args.hpp"
#include "elements/ipsec/database/sa_database.hpp"
#include "elements/ipsec/model/suite.hpp"

namespace warpline::ipsec {

/// The argument SUITE, if it is set. Throws `ConfigError` at it with the known ones.
std::optional<Suite> suite_argument(Args& args);

/// The database of the files in the arguments SA and POLICY, only with SAs of `suite` if one is
/// set. All elements and workers with the same files share it. Without SA, as in NBA's pipelines,
/// one SA of `suite` encrypts all packets with keys generated from the seed, for measuring only;
/// the user gets a notice. The argument STATE names the file that stores the numbers of its SAs.
/// `use`: the direction in which the element's packets use it; no value: it only looks up. Throws
/// `ConfigError` if there is neither SA nor `suite`, or if another element named another state
/// file.
std::shared_ptr<SaDatabase> database_argument(Args& args, std::optional<Suite> suite = {},
                                              std::optional<Direction> use = {});

}  // namespace warpline::ipsec
