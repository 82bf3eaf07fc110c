// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "elements/ipsec/model/sa_config.hpp"

namespace warpline::ipsec {

/// Parses SAs in the words of `ip xfrm state` (docs/ipsec.md has the grammar): the output of that
/// command, with `-s` and `-o` too, or the arguments of its `add`. A text without SAs is an error,
/// unless `may_be_empty`. Words without meaning for packets are ignored, and SAs of other protocols
/// are skipped, each with one warning in `warnings`. Throws `ConfigError` with every error: a short
/// key, a duplicate SPI, an unknown word or algorithm, a bad address. Digits of keys are masked in
/// the messages.
std::vector<SaConfig> parse_sa_file(Source const& source,
                                    std::vector<Diagnostic>* warnings = nullptr,
                                    bool may_be_empty = false);

/// Reads and parses a file. Throws also if it cannot be read, or if two SAs share a key
/// (`check_key_reuse`).
std::vector<SaConfig> load_sa_file(std::string const& path,
                                   std::vector<Diagnostic>* warnings = nullptr,
                                   bool may_be_empty = false);

}  // namespace warpline::ipsec
