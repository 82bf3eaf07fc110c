// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/detect/transaction_rules.hpp"

#include <algorithm>

#include "core/base/clock.hpp"
#include "elements/ids/prefilter/fast_pattern.hpp"

namespace warpline::ids {
namespace {

/// Buffers that grow while a transaction lasts: rules see them in pieces.
bool is_body(Buffer buffer) {
  return buffer == Buffer::kHttpRequestBody || buffer == Buffer::kHttpResponseBody ||
         buffer == Buffer::kFileData;
}

bool is_sent_by(AppBufferKeyword const& keyword, AppProtocol protocol, bool client) {
  bool const of_protocol =
      keyword.protocol == protocol ||
      (keyword.protocol == AppProtocol::kUnknown && protocol == AppProtocol::kHttp);
  return of_protocol && (client ? keyword.from_client : keyword.from_server);
}

AppBufferKeyword const& keyword_of(Buffer buffer) {
  return *std::ranges::find(kAppBufferKeywords, buffer, &AppBufferKeyword::buffer);
}

}  // namespace

AppDatabases compile_app_databases(RuleSet const& rules) {
  AppDatabases databases;
  for (auto const& buffer : rules.app_buffers())
    databases.push_back(buffer.patterns.patterns.empty()
                            ? nullptr
                            : std::make_shared<HyperscanDatabase const>(buffer.patterns));
  return databases;
}

TransactionRules::TransactionRules(RuleSet const& rules, AppDatabases databases) : rules_(rules) {
  if (databases.empty()) databases = compile_app_databases(rules);
  auto const& buffers = rules.app_buffers();
  auto const scratch = std::make_shared<HyperscanScratch>();
  std::size_t patterns = 0;
  for (std::size_t i = 0; i < buffers.size(); ++i) {
    scanners_.push_back(databases[i] ? std::make_unique<HyperscanScanner>(databases[i], scratch)
                                     : nullptr);
    patterns = std::max(patterns, buffers[i].patterns.patterns.size());
    if (!databases[i]) continue;
    auto const& keyword = keyword_of(buffers[i].buffer);
    for (std::size_t protocol = 0; protocol < kAppProtocols; ++protocol)
      for (bool const client : {true, false})
        if (is_sent_by(keyword, static_cast<AppProtocol>(protocol), client))
          buffers_[protocol][client ? 0 : 1].push_back(static_cast<std::uint16_t>(i));
  }
  found_.reserve(patterns);
}

std::span<TransactionRule const> TransactionRules::select(AppSession& session, AppProtocol protocol,
                                                          bool to_server) {
  selected_.clear();
  unsigned const direction = to_server ? 0 : 1;
  auto const& buffers = buffers_[static_cast<std::size_t>(protocol)][direction];
  auto const& always = rules_.app_always(protocol);
  for (auto number = std::max(session.first(), session.inspected(direction));
       number < session.begun(to_server); ++number) {
    auto& state = session.state(number);
    if (state.complete[direction] || !session.has_direction(number, to_server)) continue;
    search(session, number, to_server, buffers);
    auto const add = [&](std::uint32_t rule) {
      if (state.is_settled(direction, rule) || state.has_matched(direction, key_of(rule))) return;
      selected_.push_back({rule, number});
    };
    std::ranges::for_each(state.candidates[direction], add);
    std::ranges::for_each(always, add);
  }
  std::ranges::sort(selected_);
  return selected_;
}

void TransactionRules::search(AppSession& session, std::uint64_t number, bool to_server,
                              Indices const& buffers) {
  unsigned const direction = to_server ? 0 : 1;
  auto& candidates = session.state(number).candidates[direction];
  auto const before = candidates.size();
  for (std::size_t i = 0; i < buffers.size(); ++i) {
    auto& searched = session.state(number).searched[direction];
    bool const once = i < 64 && !is_body(rules_.app_buffers()[buffers[i]].buffer);
    if (once && (searched >> i & 1) != 0) continue;
    if (search(session, number, to_server, buffers[i]) && once) searched |= std::uint64_t{1} << i;
  }
  if (candidates.size() == before) return;
  std::ranges::sort(candidates);
  // Not ranges::unique: clang 14 cannot compile it.
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
}

/// The bytes of a body that were not searched yet, with those before them in which a pattern may
/// begin. What was found in the others is among the candidates.
Bytes TransactionRules::new_part(TransactionState& state, bool to_server, std::uint16_t index,
                                 AppBuffer const& buffer) {
  constexpr std::uint64_t kBefore = SelectedPattern::kMaxBytes - 1;
  auto& bodies = state.bodies[to_server ? 0 : 1];
  auto body = std::ranges::find(bodies, index, &SearchedBody::buffer);
  if (body == bodies.end()) body = bodies.insert(body, {index, 0});
  auto const end = buffer.offset + buffer.bytes.size;
  auto const begin = std::clamp(body->end - std::min(body->end, kBefore), buffer.offset, end);
  body->end = std::max(body->end, end);
  return buffer.bytes.after(static_cast<std::uint32_t>(begin - buffer.offset));
}

/// False if the buffer does not exist yet.
bool TransactionRules::search(AppSession& session, std::uint64_t number, bool to_server,
                              std::uint16_t index) {
  auto const& rules = rules_.app_buffers()[index];
  auto& state = session.state(number);
  auto& candidates = state.candidates[to_server ? 0 : 1];
  // Only the first instance: that of a response, and of a request that is no form.
  bool const grows = is_body(rules.buffer) && !rules.transforms;
  for (unsigned instance = 0;; ++instance) {
    auto const buffer = session.buffer(number, to_server, rules.buffer, instance);
    if (!buffer) return instance > 0;
    auto const begin = cycles();
    scanners_[index]->scan_all(grows && instance == 0 ? new_part(state, to_server, index, *buffer)
                                                      : transformed(rules, buffer->bytes),
                               found_);
    cycles_ += cycles() - begin;
    for (auto const pattern : found_)
      candidates.insert(candidates.end(), rules.rules[pattern].begin(), rules.rules[pattern].end());
    if (!has_instances(rules.buffer)) return true;
  }
}

auto TransactionRules::match(CompiledRule const& compiled, AppSession& session,
                             std::uint64_t transaction, bool to_server,
                             BufferProgram::Evaluation& evaluation) -> Outcome {
  for (auto const& field : compiled.rule.fields) {
    auto const value = session.value(transaction, to_server, field.field);
    if (!value || !field.matches(*value)) return Outcome::kNotYet;
  }
  for (auto const& part : compiled.parts) {
    if (!is_of_application(part.buffer)) continue;
    auto const outcome = match(part, session, transaction, to_server, evaluation);
    if (outcome != Outcome::kMatches) return outcome;
  }
  return Outcome::kMatches;
}

/// Of a buffer with several instances, one must match.
auto TransactionRules::match(CompiledRule::Part const& part, AppSession& session,
                             std::uint64_t number, bool to_server,
                             BufferProgram::Evaluation& evaluation) -> Outcome {
  auto const& rules = rules_.app_buffers()[part.app_buffer];
  auto const otherwise = is_body(part.buffer) ? Outcome::kNotYet : Outcome::kNever;
  for (unsigned instance = 0;; ++instance) {
    auto const buffer = session.buffer(number, to_server, part.buffer, instance);
    if (!buffer) return instance == 0 ? Outcome::kNotYet : otherwise;
    auto const bytes = transformed(rules, buffer->bytes);
    auto const offset = static_cast<std::uint32_t>(buffer->offset);
    if (part.program.matches(bytes, evaluation, offset)) return Outcome::kMatches;
    if (!has_instances(part.buffer)) return otherwise;
  }
}

void TransactionRules::set_inspected(AppSession& session, bool to_server) {
  unsigned const direction = to_server ? 0 : 1;
  auto& before = session.inspected(direction);
  before = std::max(before, session.first());
  for (auto number = before; number < session.begun(to_server); ++number) {
    auto& state = session.state(number);
    if (!state.complete[direction]) {
      session.set_inspected(number, to_server);
      if (!session.is_complete(number, to_server)) continue;
      state.complete[direction] = true;
      state.candidates[direction].clear();
      state.settled[direction].clear();
    }
    if (number == before) ++before;
  }
}

}  // namespace warpline::ids
