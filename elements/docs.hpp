// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace warpline {

/// The doc block of an element class, extracted by scripts/element_docs.py.
struct ElementDoc {
  struct Entry {
    std::string_view name;
    std::string_view text;
  };

  std::string_view name;
  std::string_view summary;      ///< its purpose, in a sentence or two
  std::string_view example;      ///< a pipeline, perhaps of several lines
  std::string_view details;      ///< further text; often empty
  std::string_view ports;        ///< such as `1 in, 1 out.`
  std::vector<Entry> arguments;  ///< in order; a name that ends in `...` is a list
  std::vector<Entry> drops;      ///< reasons, with explanations, which may be empty
  std::string_view file;         ///< the source file, relative to the repository
  bool offloadable;              ///< a device can run it
};

/// All doc blocks, by name.
std::span<ElementDoc const> element_docs();

/// Null if no element is called `name`.
ElementDoc const* find_element_doc(std::string_view name);

}  // namespace warpline
