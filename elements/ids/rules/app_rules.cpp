// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/rules/app_rules.hpp"

#include <algorithm>

#include "core/base/text.hpp"
#include "elements/ids/prefilter/fast_pattern.hpp"
#include "elements/ids/rules/fast_content.hpp"

namespace warpline::ids {
namespace {

bool has_files(AppProtocol protocol) {
  using enum AppProtocol;
  return protocol == kHttp || protocol == kFtpData || protocol == kSmtp || protocol == kSmb;
}

bool equal(TransformChain const* chain, Transforms const* transforms) {
  if (chain == nullptr || transforms == nullptr) return chain == nullptr && transforms == nullptr;
  return chain->transforms() == *transforms;
}

}  // namespace

std::uint32_t AppRules::buffer(Buffer buffer, Transforms const* transforms) {
  auto const known = std::ranges::find_if(buffers_, [&](AppBufferRules const& one) {
    return one.buffer == buffer && equal(one.transforms.get(), transforms);
  });
  auto const index = static_cast<std::uint32_t>(known - buffers_.begin());
  if (known == buffers_.end()) {
    auto chain = transforms == nullptr ? nullptr : std::make_shared<TransformChain>(*transforms);
    buffers_.push_back({buffer, std::move(chain)});
    patterns_.emplace_back();
  }
  return index;
}

void AppRules::add(Rule const& rule, std::uint32_t index) {
  if (auto const content = fast_app_content_of(rule)) {
    auto const& match = rule.buffers[*content];
    add_pattern(std::get<ContentMatch>(match.match), buffer(match.buffer, match.transforms.get()),
                rule, index);
    return;
  }
  for (std::size_t i = 0; i < kAppProtocols; ++i) {
    auto const protocol = static_cast<AppProtocol>(i);
    if (rule.app_protocol ? *rule.app_protocol == protocol : has_files(protocol))
      always_[i].push_back(index);
  }
}

void AppRules::add_pattern(ContentMatch const& content, std::uint32_t buffer, Rule const& rule,
                           std::uint32_t index) {
  auto& of_buffer = buffers_[buffer];
  auto& patterns = of_buffer.patterns.patterns;
  auto bytes = searched_bytes(content);
  auto const [entry, is_new] = patterns_[buffer].emplace(std::pair(bytes, content.nocase),
                                                         static_cast<PatternId>(patterns.size()));
  if (is_new) {
    if (patterns.size() == kMaxPatterns)
      throw ConfigError("the rules need more than " + with_commas(kMaxPatterns) +
                        " distinct patterns of " + std::string(name_of(of_buffer.buffer)) +
                        "; expected at most that");
    patterns.push_back({std::move(bytes), content.nocase, rule.sid, {}, rule.position});
    of_buffer.rules.emplace_back();
  }
  of_buffer.rules[entry->second].push_back(index);
}

}  // namespace warpline::ids
