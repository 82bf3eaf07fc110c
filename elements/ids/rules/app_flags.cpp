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
  for (auto const& match : rule.buffers) {
    auto const* const keyword = find_app_buffer(match.buffer);
    if (keyword == nullptr) continue;
    compiled.from_client = compiled.from_client && keyword->from_client;
    compiled.from_server = compiled.from_server && keyword->from_server;
  }
  if (rule.flow) {
    using Direction = FlowMatch::Direction;
    if (rule.flow->direction == Direction::kToServer) compiled.from_server = false;
    if (rule.flow->direction == Direction::kToClient) compiled.from_client = false;
  }
  bool const bare = rule.buffers.empty() && rule.packet.empty() && rule.fields.empty();
  compiled.protocol_only = bare && rule.app_protocol.has_value();
  compiled.at_detection = bare && !rule.app_protocol && !rule.app_protocols.empty() && !rule.flow &&
                          only_sets_flowbits(rule);
}

}  // namespace warpline::ids
