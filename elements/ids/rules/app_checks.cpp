// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/rules/app_checks.hpp"

#include <algorithm>
#include <string>

#include "core/base/text.hpp"
#include "elements/ids/rules/content_checks.hpp"

namespace warpline::ids {
namespace {

using Direction = FlowMatch::Direction;

bool is_tcp(RuleProtocol protocol) {
  using enum RuleProtocol;
  return protocol != kUdp && protocol != kIcmp && protocol != kIcmpv4 && protocol != kIcmpv6 &&
         protocol != kSctp;
}

bool carries_files(AppProtocol protocol) {
  using enum AppProtocol;
  return protocol == kHttp || protocol == kFtpData || protocol == kSmtp || protocol == kSmb;
}

/// Keywords after which a rule looks at single packets.
bool looks_at_packets(Rule const& rule) {
  bool const fields = std::ranges::any_of(rule.packet, [](PacketMatch const& match) {
    return !std::holds_alternative<StreamSize>(match) &&
           !std::holds_alternative<ChecksumMatch>(match) &&
           !std::holds_alternative<EventMatch>(match);
  });
  bool const headers = std::ranges::any_of(rule.buffers, [](BufferMatch const& match) {
    return match.buffer >= Buffer::kIpv4Header && match.buffer <= Buffer::kIcmpv6Header;
  });
  bool const no_stream = rule.flow && rule.flow->source == FlowMatch::Source::kNoStream;
  return fields || headers || no_stream || rule.protocol == RuleProtocol::kTcpPacket;
}

/// Sets the directions of the rule. Refuses the first keyword after which none is left.
void check_directions(RuleState& state) {
  auto const direction = state.rule.flow ? state.rule.flow->direction : Direction::kAny;
  bool client = direction != Direction::kToClient, server = direction != Direction::kToServer;
  for (auto const& use : state.app_uses) {
    bool const mail = use.protocol == AppProtocol::kUnknown &&
                      state.rule.app_protocol == AppProtocol::kSmtp;  // files of the client alone
    client = client && use.from_client;
    server = server && use.from_server && !mail;
    if (!client && !server)
      OptionReader::refuse(use.keyword, std::string(use.keyword.text) + " is of what the " +
                                            (use.from_client ? "client" : "server") +
                                            " sends, but the rule looks at the other direction");
  }
  state.rule.from_client = client;
  state.rule.from_server = server;
}

void check_files(RuleState const& state) {
  auto const& rule = state.rule;
  for (auto const& use : state.app_uses) {
    if (use.protocol != AppProtocol::kUnknown) continue;
    if (!is_tcp(rule.protocol))
      OptionReader::refuse(use.keyword, "files are carried over TCP; expected a rule of tcp");
    if (rule.app_protocol && !carries_files(*rule.app_protocol))
      OptionReader::refuse(use.keyword, std::string(name_of(*rule.app_protocol)) +
                                            " carries no files; expected http, ftp-data, smtp "
                                            "or smb");
  }
}

}  // namespace

void check_applications(RuleState& state, RuleText const& text, Diagnostics& diagnostics) {
  try {
    if (state.unused_buffer)
      OptionReader::refuse(*state.unused_buffer, "no keyword looks at the buffer of " +
                                                     std::string(state.unused_buffer->text) +
                                                     "; expected one after it");
    if (state.app_uses.empty()) return;
    check_directions(state);
    check_files(state);
    if (looks_at_packets(state.rule)) {
      auto const& use = state.app_uses.front().keyword;
      OptionReader::refuse(use, std::string(use.text) +
                                    " is of an application, but the rule looks at packets, e.g. "
                                    "by dsize, flags or ttl");
    }
  } catch (OptionError& error) {
    diagnostics.error(text.position(error.offset), std::move(error.message));
  }
  check_sizes(state.rule, diagnostics);
  for (auto& match : state.rule.buffers)
    if (is_of_application(match.buffer)) check_content(match, diagnostics);
}

}  // namespace warpline::ids
