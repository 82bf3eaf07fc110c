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

/// Parses policies in the words of `ip xfrm policy`, at least one: the output of that command, or
/// the arguments of its `add`. A policy begins in the first column of a line; indented lines
/// continue it; `#` begins a comment. Ports may also be ranges (`dport 8000-8099`). Policies of
/// single sockets are skipped and words without meaning for packets are ignored, each with one
/// warning. `mark`, `if_id`, `dev` and security contexts are ignored with a warning if the policy
/// protects or blocks, because it then applies to more packets; they are refused if it bypasses.
/// Throws `ConfigError` with every error: an unknown word, a bad prefix, ports without a protocol
/// that has them, unsupported words that would change the meaning of a policy.
PolicyFile parse_policy_file(std::shared_ptr<Source const> const& source);

/// Reads and parses a file. Throws also if it cannot be read.
PolicyFile load_policy_file(std::string const& path);

}  // namespace warpline::ipsec
