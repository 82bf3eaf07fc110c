// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "core/base/hex.hpp"
#include "core/click/pipeline.hpp"

namespace warpline::test {

/// `text` as a string in double quotes.
inline std::string quote(std::string_view text) {
  std::string quoted = "\"";
  for (char const c : text) {
    auto const byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7f)
      append_hex(quoted += "\\x", byte);
    else if (c == '"' || c == '\\' || c == '$')
      quoted += std::string("\\") + c;
    else
      quoted += c;
  }
  return quoted + '"';
}

/// A flattened pipeline as text again, in the plainest form, all words in quotes.
inline std::string flat_text(Pipeline const& pipeline) {
  std::string text;
  for (auto const& element : pipeline.elements) {
    text += element.name + " :: " + element.class_name + '(';
    for (auto const& argument : element.arguments) {
      if (&argument != &element.arguments.front()) text += ", ";
      for (auto const& word : argument.words) text += quote(word.text) + ' ';
    }
    text += ");\n";
  }
  for (auto const& c : pipeline.connections)
    text += pipeline.elements[c.from].name + '[' + std::to_string(c.from_port) + "] -> [" +
            std::to_string(c.to_port) + ']' + pipeline.elements[c.to].name + ";\n";
  return text;
}

/// Whether two pipelines have the same elements, arguments and connections, whatever their texts.
inline bool same_graph(Pipeline const& a, Pipeline const& b) {
  if (a.elements.size() != b.elements.size() || a.connections.size() != b.connections.size())
    return false;
  for (std::size_t i = 0; i < a.elements.size(); ++i) {
    auto const& x = a.elements[i];
    auto const& y = b.elements[i];
    if (x.name != y.name || x.class_name != y.class_name ||
        x.arguments.size() != y.arguments.size())
      return false;
    for (std::size_t j = 0; j < x.arguments.size(); ++j) {
      auto const& v = x.arguments[j];
      auto const& w = y.arguments[j];
      if (v.text != w.text || v.words.size() != w.words.size()) return false;
      for (std::size_t k = 0; k < v.words.size(); ++k)
        if (v.words[k].text != w.words[k].text || v.words[k].offset != w.words[k].offset)
          return false;
    }
  }
  for (std::size_t i = 0; i < a.connections.size(); ++i) {
    auto const& x = a.connections[i];
    auto const& y = b.connections[i];
    if (x.from != y.from || x.from_port != y.from_port || x.to != y.to || x.to_port != y.to_port)
      return false;
  }
  return true;
}

}  // namespace warpline::test
