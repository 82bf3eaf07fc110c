// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/docs.hpp"

namespace warpline {

std::span<ElementDoc const> element_docs() {
  static std::vector<ElementDoc> const docs = {
#include "elements/element_docs.inc"
  };
  return docs;
}

ElementDoc const* find_element_doc(std::string_view name) {
  for (auto const& doc : element_docs())
    if (doc.name == name) return &doc;
  return nullptr;
}

}  // namespace warpline
