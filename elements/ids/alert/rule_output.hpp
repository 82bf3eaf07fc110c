// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "elements/ids/rules/rule.hpp"

namespace warpline::ids {

/// Parts of EVE lines that are off or on, with the names and defaults of Suricata's `eve-log`.
struct EveOptions {
  bool payload = false;            ///< base64
  bool payload_printable = false;  ///< text
  bool packet = false;
  bool verdict = false;
  bool flow = true;             ///< `metadata.flow`
  bool rule_metadata = true;    ///< `metadata.rule.metadata`
  bool rule_text = false;       ///< `metadata.rule.raw`
  bool rule_reference = false;  ///< `metadata.rule.reference`
  bool ethernet = false;
  std::uint32_t payload_bytes = 4096;  ///< `payload-buffer-size`; more of a payload is left out
};

/// The parts of a rule's alerts that are the same each time, rendered when the rule is loaded.
struct RuleOutput {
  static constexpr std::size_t kMaxTextBytes = 48 * 1024;

  std::optional<bool> target_is_source{};
  std::string head;  ///< JSON from `gid` to `severity`, after the action
  std::string
      tail;  ///< JSON of metadata, rule text and references; begins with a comma or is empty
  std::string fast;  ///< of fast.log: `[1:2:3] message [**] [Classification: …] [Priority: 3]`
};

/// `category`: the text of the rule's class; empty without one. `references`: complete addresses.
/// Metadata, rule text and references that take more than `kMaxTextBytes` are left out.
RuleOutput rule_output(Rule const& rule, std::string_view category,
                       std::span<std::string const> references, EveOptions const& options);

}  // namespace warpline::ids
