// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tests/elements/ids/differential/conversation.hpp"

namespace warpline::ids::differential {

/// Which rules to make.
struct RuleChoice {
  bool ips = false;
  /// Rules whose matches depend on the order of packets of different flows.
  bool across_flows = true;
  /// Keywords, their values and state that Suricata 7.0.10 has too.
  bool for_suricata = false;
  bool fragments = false;  ///< some packets came in fragments
};

/// Rules in Suricata's language, one a line. Their contents are cut from the conversation, so that
/// some of the rules match.
std::string random_rules(RandomSource& random, Conversation const& conversation,
                         RuleChoice const& choice);

/// Rules that look at transactions of HTTP and DNS.
std::string random_app_rules(RandomSource& random, Conversation const& conversation,
                             RuleChoice const& choice);

enum class PayloadKeywords {
  kAll,
  kPlain,  ///< contents that are not negated and lie close together: how a text is cut does not matter
  kSuricata7,  ///< those of Suricata 7.0.10
};

/// Keywords on the payload, each with a semicolon.
std::string random_payload_keywords(RandomSource& random, std::vector<std::string> const& texts,
                                    PayloadKeywords kind);

/// False for keywords that contradict each other, and with `for_suricata` for what Suricata 7.0.10
/// refuses or sees differently (docs/ids.md).
bool loads(std::string const& rule, RuleChoice const& choice = {});

}  // namespace warpline::ids::differential
