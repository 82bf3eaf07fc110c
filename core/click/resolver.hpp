// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/diagnostics.hpp"
#include "core/click/syntax.hpp"

namespace warpline::click {

/// Resolves every name, once per block of the text, even in compounds that are never used. The only
/// errors left for the expansion are that a pipeline becomes too large. One thread.
class Resolver {
 public:
  Resolver(Syntax& syntax, Diagnostics& errors) : syntax_(syntax), errors_(errors) {}

  void resolve();

 private:
  void collect_parameters(Block& block);
  void collect_classes(Block& block);
  void collect_elements(Block& block);
  void collect_ports(Block& block);
  void warn_of_gaps(Block const& block, std::set<std::uint32_t> const& ports, char const* name);

  void resolve_items(Block& block);
  void check_mention(Block const& block, Item const& item);
  void resolve_use(Block const& block, ClassUse& use);
  void bind(ClassUse& use);
  void check_connections(Block const& block);
  void check_port(Item const& item, bool input, std::uint32_t port, Position position);
  void check_parameters_of(Block const& block, ArgumentTemplate const& form, std::size_t defined);
  void unknown_parameter(Block const& block, Piece const& piece);

  std::size_t height(Block const& block, std::vector<Block const*>& path);
  void report_cycle(std::vector<Block const*> const& path, Block const& again);

  Syntax& syntax_;
  Diagnostics& errors_;
  std::map<Block const*, std::size_t> heights_;
};

/// The block of the compound that the class names, as seen from `block`; null for a class of
/// elements.
Block const* find_body(Block const& block, ClassUse const& use);

/// `compound 'Name'`, or `this compound`.
std::string describe(Block const& body);

}  // namespace warpline::click
