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

/// The argument SUITE where it is there. Throws `ConfigError` at it, naming the known ones.
std::optional<Suite> suite_argument(Args& args);

/// The database of the files that the arguments SA and POLICY name, of SAs of `suite` alone where one
/// is given. All elements and workers that name the same share it. Without SA, as NBA's pipelines
/// have it, one SA of `suite` for all packets with keys made up from the seed, good for measuring
/// alone; the user is told so. The argument STATE names the file that keeps the numbers of its SAs.
/// `use`: which way the element's packets go by it; none: it looks up only. Throws `ConfigError` where
/// there is neither SA nor `suite`, or where another element named another state file.
std::shared_ptr<SaDatabase> database_argument(Args& args, std::optional<Suite> suite = {},
                                              std::optional<Direction> use = {});

}  // namespace warpline::ipsec
