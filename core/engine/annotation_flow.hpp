// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/packet/annotations.hpp"

namespace warpline {

/// Computes which annotations are valid at each place of a graph: a forward dataflow problem over
/// elements and connections. Control thread, while a graph is built.
class AnnotationFlow {
 public:
  struct Element {
    AnnotationUse use;
    bool source = false;
  };
  struct Connection {
    std::size_t from, to;
    AnnotationSet parsed{};  ///< set on the way, by a parser of headers
  };

  AnnotationFlow(std::vector<Element> elements, std::vector<Connection> connections);

  /// The annotations that every path to the element sets; all if no path reaches it.
  AnnotationSet before(std::size_t element) const { return before_[element]; }
  /// The annotations that are valid at the end of a connection.
  AnnotationSet valid_at(Connection const& connection) const;

  /// Puts parsers of headers on connections, as few and as shallow as possible, until every element
  /// has the headers that it uses. A path gets a second parser only if an element between the two
  /// clears what the first has set.
  void add_parsers();
  std::span<Connection const> connections() const { return connections_; }

  /// The annotations that the element uses and some path does not set.
  AnnotationSet missing(std::size_t element) const;
  /// The element that a path comes from on which `annotation`, which is missing at `element`, is
  /// not set: a source, or an element that clears it.
  std::size_t origin(std::size_t element, Annotation annotation) const;

 private:
  void propagate();
  std::vector<AnnotationSet> demand() const;
  AnnotationSet lacking(std::size_t element, AnnotationSet demand) const;
  bool leads_to(std::size_t from, std::size_t to) const;

  std::vector<Element> elements_;
  std::vector<Connection> connections_;
  std::vector<AnnotationSet> before_;
};

}  // namespace warpline
