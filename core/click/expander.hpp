// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/diagnostics.hpp"
#include "core/click/arguments.hpp"
#include "core/click/syntax.hpp"

namespace warpline::click {

/// Puts the elements of compounds in their places, within the limits. Expects a syntax without
/// errors. One thread.
class Expander {
 public:
  Expander(Syntax const& syntax, Pipeline& pipeline, Diagnostics& errors)
      : syntax_(syntax), pipeline_(pipeline), errors_(errors) {}

  /// Fills in the pipeline's elements and connections.
  void expand();

 private:
  /// The values of a block's parameters and defines in one of its uses.
  struct Frame {
    Block const& block;
    Frame const* parent;
    std::vector<Argument> values;
  };
  /// Where packets enter and leave an item: the same node for an element, two for a compound.
  struct Nodes {
    std::size_t input;
    std::size_t output;
  };

  Argument evaluate(ArgumentTemplate const& form, Frame const& frame);
  void evaluate_defines(Frame& frame);
  void expand_block(Frame const& frame, std::string const& prefix, Nodes outside);
  Nodes expand_item(Item const& item, Frame const& frame, std::string const& prefix);
  Nodes expand_compound(Item const& item, Frame const& frame, std::string name);
  std::size_t add_node(std::size_t element, Position position);
  void count_steps(std::size_t steps, Position position);
  void count_text(std::size_t bytes, Position position);

  void join_connections();
  bool follow(Connection const& start);
  void add_connection(Connection connection);

  Syntax const& syntax_;
  Pipeline& pipeline_;
  Diagnostics& errors_;
  std::size_t steps_ = 0;
  std::size_t text_ = 0;
  std::vector<std::size_t> nodes_;   ///< the element of each node; null for a compound's port
  std::vector<Connection> links_;    ///< between nodes
  std::vector<bool> leaves_;         ///< of each link: true if it goes to `output`
  std::vector<std::size_t> onward_;  ///< indices of the links that leave compounds' ports, sorted
  std::unordered_map<std::string, Position> names_;
};

}  // namespace warpline::click
