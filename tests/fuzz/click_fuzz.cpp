// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
//
// Any bytes: a pipeline, whose parts are in bounds and which reads back from its flat text as the
// same graph, or a ConfigError, whose places lie in the text.
//   python3 tests/fuzz/run.py click

#include <cstdint>
#include <iostream>
#include <set>
#include <string>

#include "core/click/limits.hpp"
#include "core/click/pipeline.hpp"
#include "tests/core/click/flat_text.hpp"
#include "tests/fuzz/require.hpp"

namespace {

using warpline::ConfigError;
using warpline::Diagnostic;
using warpline::Pipeline;
using warpline::Position;
using warpline::Source;
using warpline::fuzz::require;

bool inside(Source const& source, Position position) {
  return position.line > 0 && position.column > 0 &&
         position.column <= source.line(position.line).size() + 2;
}

void check(Source const& source, Diagnostic const& diagnostic) {
  require(!diagnostic.message.empty(), "a message");
  require(diagnostic.position.line == 0 || inside(source, diagnostic.position),
          "a place in the text");
}

void check(Pipeline const& pipeline) {
  auto const& source = *pipeline.source;
  std::set<std::string> names;
  require(pipeline.elements.size() <= warpline::click::kMaxElements, "few elements");
  for (auto const& element : pipeline.elements) {
    require(names.insert(element.name).second, "a unique name");
    require(!element.class_name.empty(), "a class");
    require(inside(source, element.position) && inside(source, element.class_position), "places");
    for (auto const& argument : element.arguments) {
      require(!argument.words.empty() && inside(source, argument.position), "words");
      for (auto const& word : argument.words)
        require(argument.text.compare(word.offset, word.text.size(), word.text) == 0 &&
                    inside(source, word.position),
                "words in the text");
    }
  }
  for (auto const& c : pipeline.connections)
    require(c.from < pipeline.elements.size() && c.to < pipeline.elements.size() &&
                inside(source, c.from_position) && inside(source, c.to_position),
            "a connection of elements");
  for (auto const& warning : pipeline.warnings) check(source, warning);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const source = std::make_shared<Source const>(
      Source{"fuzz.click", std::string(reinterpret_cast<char const*>(data), size)});
  Pipeline pipeline;
  try {
    pipeline = warpline::parse_pipeline(source);
  } catch (ConfigError const& error) {
    require(!error.diagnostics().empty(), "an error");
    for (auto const& diagnostic : error.diagnostics()) check(*source, diagnostic);
    return 0;
  }
  check(pipeline);
  auto flat = warpline::test::flat_text(pipeline);
  if (flat.size() > warpline::click::kMaxSourceBytes || pipeline.elements.size() > 1000) return 0;
  for (auto const& element : pipeline.elements)
    if (element.name.size() > warpline::click::kMaxNameBytes) return 0;
  try {
    auto const again =
        warpline::parse_pipeline(std::make_shared<Source const>(Source{"flat.click", flat}));
    require(warpline::test::same_graph(pipeline, again), "the same graph from the flat text");
  } catch (ConfigError const& error) {
    std::cerr << flat << error.what() << '\n';
    require(false, "a flat text without errors");
  }
  return 0;
}
