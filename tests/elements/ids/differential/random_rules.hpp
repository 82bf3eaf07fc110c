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
};

/// Rules in Suricata's language, one a line. Their contents are cut from the conversation, so that
/// some of the rules match.
std::string random_rules(RandomSource& random, Conversation const& conversation,
                         RuleChoice const& choice);

/// Keywords on the payload, each with a semicolon. `plain`: contents that are not negated and lie
/// close together, so that it makes no difference how a text is cut.
std::string random_payload_keywords(RandomSource& random, std::vector<std::string> const& texts,
                                    bool plain);

/// False for keywords that contradict each other.
bool loads(std::string const& rule);

}  // namespace warpline::ids::differential
