// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "core/click/pipeline.hpp"

namespace warpline::test {

inline std::shared_ptr<Source const> click_source(std::string text) {
  return std::make_shared<Source const>(Source{"p.click", std::move(text)});
}

inline Pipeline parse(std::string text) { return parse_pipeline(click_source(std::move(text))); }

/// The rendered errors of a text; empty if there is none.
inline std::string errors_of(std::string text) {
  try {
    parse(std::move(text));
  } catch (ConfigError const& error) {
    return error.what();
  }
  return {};
}

/// One line per element, `name Class<argument><argument>`; quoted arguments as `"argument"`.
inline std::string elements_of(Pipeline const& pipeline) {
  std::string text;
  for (auto const& element : pipeline.elements) {
    text += element.name + ' ' + element.class_name;
    for (auto const& argument : element.arguments)
      text += argument.quoted ? '"' + argument.text + '"' : '<' + argument.text + '>';
    text += '\n';
  }
  return text;
}

/// One line per connection, `a[0] -> [1]b`, in the parser's order.
inline std::string connections_of(Pipeline const& pipeline) {
  std::string text;
  for (auto const& c : pipeline.connections)
    text += pipeline.elements[c.from].name + '[' + std::to_string(c.from_port) + "] -> [" +
            std::to_string(c.to_port) + ']' + pipeline.elements[c.to].name + '\n';
  return text;
}

/// `line:column`.
inline std::string place(Position position) {
  return std::to_string(position.line) + ':' + std::to_string(position.column);
}

}  // namespace warpline::test
