// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/args.hpp"
#include "elements/ipsec/sa_table.hpp"
#include "elements/ipsec/suite.hpp"

namespace warpline::ipsec {

/// The argument SUITE. Throws `ConfigError` at it, naming the known ones.
Suite suite_argument(Args& args);

/// The SAs of `suite` in the file that the argument SA names; all elements and workers that name
/// the same file share one table, and so its sequence numbers. Without the argument, as NBA's
/// pipelines have it, one SA for all packets with keys made up from the seed, good for measuring
/// alone; the user is told so.
std::shared_ptr<SaTable> sa_argument(Args& args, Suite suite);

}  // namespace warpline::ipsec
