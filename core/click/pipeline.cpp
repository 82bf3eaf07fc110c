// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/click/pipeline.hpp"

#include <algorithm>

#include "core/click/expander.hpp"
#include "core/click/limits.hpp"
#include "core/click/parser.hpp"
#include "core/click/resolver.hpp"

namespace warpline {
namespace {

std::string list_of(std::vector<click::Define> const& defines) {
  if (defines.empty()) return "; it has none";
  std::string text = "; there are:";
  for (auto const& define : defines) text += " " + define.name;
  return text;
}

/// Replaces the values of the outermost defines.
void apply(std::vector<Override> const& overrides, click::Block& block, Source const& source) {
  for (auto const& override : overrides) {
    auto const define =
        std::find_if(block.defines.begin(), block.defines.end(),
                     [&](auto const& candidate) { return candidate.name == override.name; });
    if (define == block.defines.end()) {
      std::vector<std::string> names;
      for (auto const& candidate : block.defines) names.push_back(candidate.name);
      auto const hint = did_you_mean(override.name, names);
      throw ConfigError(source.name + " has no 'define($" + override.name + " value)' to override" +
                        (hint.empty() ? list_of(block.defines) : hint));
    }
    auto arguments =
        parse_arguments(std::make_shared<Source>(Source{override.name + "=", override.value}));
    if (arguments.size() != 1)
      throw ConfigError(override.name + "=" + override.value + ": expected one value, got " +
                        std::to_string(arguments.size()) + " (quote a comma)");
    // Its words are in another text than the pipeline.
    auto& value = arguments[0];
    value.position = define->value.position;
    for (auto& word : value.words) word.position = define->value.position;
    define->given = std::move(value);
  }
}

}  // namespace

Pipeline parse_pipeline(std::shared_ptr<Source const> source,
                        std::vector<Override> const& overrides) {
  Diagnostics errors(source);
  if (source->text.size() > click::kMaxSourceBytes)
    errors.fatal({}, "a pipeline has at most " + std::to_string(click::kMaxSourceBytes) + " bytes");
  auto syntax = click::Parser(source->text, errors).parse();
  click::Resolver(syntax, errors).resolve();
  errors.throw_errors();
  apply(overrides, *syntax.blocks.front(), *source);
  Pipeline pipeline;
  pipeline.source = std::move(source);
  click::Expander(syntax, pipeline, errors).expand();
  errors.throw_errors();
  pipeline.warnings = errors.warnings();
  return pipeline;
}

}  // namespace warpline
