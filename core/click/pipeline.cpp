// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/click/pipeline.hpp"

#include "core/click/expander.hpp"
#include "core/click/limits.hpp"
#include "core/click/parser.hpp"
#include "core/click/resolver.hpp"

namespace warpline {

Pipeline parse_pipeline(std::shared_ptr<Source const> source) {
  click::Diagnostics errors(source);
  if (source->text.size() > click::kMaxSourceBytes)
    errors.fatal({}, "a pipeline has at most " + std::to_string(click::kMaxSourceBytes) + " bytes");
  auto syntax = click::Parser(source->text, errors).parse();
  click::Resolver(syntax, errors).resolve();
  errors.throw_errors();
  Pipeline pipeline;
  pipeline.source = std::move(source);
  click::Expander(syntax, pipeline, errors).expand();
  errors.throw_errors();
  pipeline.warnings = errors.take_warnings();
  return pipeline;
}

}  // namespace warpline
