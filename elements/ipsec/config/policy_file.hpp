// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "elements/ipsec/model/policy.hpp"

namespace warpline::ipsec {

/// The policies of a text, in its order.
struct PolicyFile {
  std::vector<Policy> policies;
  std::vector<Diagnostic> warnings;  ///< what was skipped
};

/// Reads policies in the words of `ip xfrm policy`, at least one: what that command prints, or the
/// arguments of its `add`. A policy begins in the first column of a line; indented lines continue
/// it; `#` begins a comment. Ports may also be ranges (`dport 8000-8099`). Policies of single
/// sockets are skipped, words that say nothing about packets passed over, each with one warning.
/// `mark`, `if_id`, `dev` and security contexts are passed over with a warning if the policy
/// protects or blocks, since it then applies to more packets, and refused if it lets them bypass.
/// Throws `ConfigError` with every fault: an unknown word, a bad prefix, ports without a protocol
/// that has them, what would change the meaning of a policy but is not supported.
PolicyFile parse_policy_file(std::shared_ptr<Source const> const& source);

/// Reads the file and parses it. Throws also where it cannot be read.
PolicyFile load_policy_file(std::string const& path);

}  // namespace warpline::ipsec
