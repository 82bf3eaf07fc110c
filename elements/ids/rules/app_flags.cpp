// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/rules/app_flags.hpp"

#include <algorithm>

namespace warpline::ids {
namespace {

bool only_sets_flowbits(Rule const& rule) {
  return std::ranges::all_of(rule.bits, [](BitAction const& bit) {
    return bit.scope == BitAction::Scope::kFlow && bit.command == BitAction::Command::kSet;
  });
}

}  // namespace

void set_app_flags(CompiledRule& compiled) {
  auto const& rule = compiled.rule;
  bool const buffers = std::ranges::any_of(
      rule.buffers, [](BufferMatch const& match) { return is_of_application(match.buffer); });
  compiled.app = buffers || !rule.fields.empty();
  // `flow` may name a direction beside the protocol.
  bool const state = rule.flow && rule.flow->state != FlowMatch::State::kAny;
  bool const bare = rule.buffers.empty() && rule.packet.empty() && rule.fields.empty();
  compiled.protocol_only = bare && rule.app_protocol.has_value();
  compiled.at_detection = bare && !rule.app_protocol && !rule.app_protocols.empty() && !state &&
                          only_sets_flowbits(rule);
}

}  // namespace warpline::ids
