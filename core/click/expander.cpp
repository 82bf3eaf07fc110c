// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/click/expander.hpp"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "core/click/limits.hpp"

namespace warpline::click {
namespace {

constexpr std::size_t kNoElement = std::size_t(-1);

}  // namespace

void Expander::expand() {
  Frame whole{*syntax_.blocks.front(), nullptr, {}};
  evaluate_defines(whole);
  expand_block(whole, {}, {});
  join_connections();
}

Argument Expander::evaluate(ArgumentTemplate const& form, Frame const& frame) {
  auto const lookup = [&](std::string_view name) -> Argument const& {
    auto const* scope = &frame;
    auto slot = scope->block.slots.find(name);
    while (slot == scope->block.slots.end()) {
      scope = scope->parent;
      slot = scope->block.slots.find(name);
    }
    return scope->values[slot->second];
  };
  count_steps(form.pieces.size(), form.position);
  auto argument = fill_in(form, lookup, errors_);
  count_text(2 * argument.text.size() + sizeof(Word) * argument.words.size(), form.position);
  return argument;
}

void Expander::evaluate_defines(Frame& frame) {
  for (auto const& define : frame.block.defines)
    frame.values.push_back(define.given ? *define.given : evaluate(define.value, frame));
}

void Expander::expand_block(Frame const& frame, std::string const& prefix, Nodes outside) {
  auto const& block = frame.block;
  count_steps(block.items.size() + block.connections.size(), block.position);
  std::vector<Nodes> nodes(block.items.size());
  for (std::size_t i = 0; i < block.items.size(); ++i) {
    auto const& item = block.items[i];
    if (item.kind == Item::Kind::kInput)
      nodes[i] = {kNoElement, outside.input};
    else if (item.kind == Item::Kind::kOutput)
      nodes[i] = {outside.output, kNoElement};
    else if (item.element == i)
      nodes[i] = expand_item(item, frame, prefix);
  }
  for (auto connection : block.connections) {
    // A use of a compound may leave its ports open.
    leaves_.push_back(block.items[connection.to].kind == Item::Kind::kOutput);
    connection.from = nodes[block.items[connection.from].element].output;
    connection.to = nodes[block.items[connection.to].element].input;
    if (links_.size() >= kMaxConnections)
      errors_.fatal(connection.from_position,
                    "a pipeline has at most " + std::to_string(kMaxConnections) + " connections");
    links_.push_back(connection);
  }
}

Expander::Nodes Expander::expand_item(Item const& item, Frame const& frame,
                                      std::string const& prefix) {
  auto name = prefix + item.name;
  count_text(2 * name.size() + sizeof(ElementDecl), item.position);
  auto const [known, added] = names_.emplace(name, item.position);
  if (!added)
    errors_.error(item.position, "'" + name + "' is the name of two elements; the first is at " +
                                     errors_.place(known->second));
  if (item.use->body) return expand_compound(item, frame, std::move(name));
  ElementDecl element;
  element.name = std::move(name);
  element.class_name = item.use->name;
  element.position = item.position;
  element.class_position = item.use->position;
  for (auto const& form : item.use->arguments) element.arguments.push_back(evaluate(form, frame));
  auto const node = add_node(pipeline_.elements.size(), item.position);
  pipeline_.elements.push_back(std::move(element));
  return {node, node};
}

Expander::Nodes Expander::expand_compound(Item const& item, Frame const& frame, std::string name) {
  auto const& use = *item.use;
  // A body sees the parameters of the blocks that contain it in the text, not of those that use it.
  auto const* around = &frame;
  while (&around->block != use.body->parent) around = around->parent;
  Frame inner{*use.body, around, {}};
  for (std::size_t slot = 0; slot < use.bound.size(); ++slot) {
    auto value = evaluate(use.arguments[use.bound[slot]], frame);
    inner.values.push_back(use.body->parameters[slot].keyword.empty() ? std::move(value)
                                                                      : value.value());
  }
  evaluate_defines(inner);
  Nodes const ports{add_node(kNoElement, item.position), add_node(kNoElement, item.position)};
  expand_block(inner, name + '/', ports);
  return ports;
}

std::size_t Expander::add_node(std::size_t element, Position position) {
  if (nodes_.size() >= kMaxElements)
    errors_.fatal(position, "a pipeline has at most " + std::to_string(kMaxElements) +
                                " elements (a compound counts as two)");
  nodes_.push_back(element);
  return nodes_.size() - 1;
}

void Expander::count_steps(std::size_t steps, Position position) {
  steps_ += steps;
  if (steps_ > kMaxSteps)
    errors_.fatal(position, "the pipeline is too large once its compounds are expanded");
}

void Expander::count_text(std::size_t bytes, Position position) {
  text_ += bytes;
  if (text_ > kMaxTextBytes)
    errors_.fatal(position, "the names and arguments are too long once compounds are expanded");
}

/// Replaces each path from an element through ports of compounds to an element by one connection.
void Expander::join_connections() {
  for (std::size_t i = 0; i < links_.size(); ++i)
    if (nodes_[links_[i].from] == kNoElement) onward_.push_back(i);
  std::stable_sort(onward_.begin(), onward_.end(), [&](std::size_t a, std::size_t b) {
    return std::tie(links_[a].from, links_[a].from_port) <
           std::tie(links_[b].from, links_[b].from_port);
  });
  for (std::size_t i = 0; i < links_.size(); ++i)
    if (nodes_[links_[i].from] != kNoElement && !follow(links_[i]) && !leaves_[i])
      errors_.warning(links_[i].from_position,
                      "this connection reaches no element: the compound's output port is open");
  auto& connections = pipeline_.connections;
  std::stable_sort(connections.begin(), connections.end(), [](auto const& a, auto const& b) {
    return std::tie(a.from, a.from_port) < std::tie(b.from, b.from_port);
  });
  std::set<std::tuple<std::size_t, std::uint32_t, std::size_t, std::uint32_t>> visits;
  std::erase_if(connections, [&](Connection const& c) {
    if (visits.emplace(c.from, c.from_port, c.to, c.to_port).second) return false;
    errors_.warning(c.from_position, "this connection is repeated");
    return true;
  });
}

bool Expander::follow(Connection const& start) {
  std::vector<std::pair<std::size_t, std::uint32_t>> targets{{start.to, start.to_port}};
  std::vector<Position> positions{start.to_position};
  std::set visits(targets.begin(), targets.end());
  bool changes = false;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    auto const [node, port] = targets[i];
    if (nodes_[node] != kNoElement) {
      changes = true;
      add_connection({nodes_[start.from], start.from_port, nodes_[node], port, start.from_position,
                      positions[i]});
      continue;
    }
    auto next = std::lower_bound(onward_.begin(), onward_.end(), targets[i],
                                 [&](std::size_t link, auto const& target) {
                                   return std::tie(links_[link].from, links_[link].from_port) <
                                          std::tie(target.first, target.second);
                                 });
    for (; next != onward_.end() && links_[*next].from == node && links_[*next].from_port == port;
         ++next) {
      auto const& link = links_[*next];
      count_steps(1, start.from_position);
      if (!visits.emplace(link.to, link.to_port).second) continue;
      targets.emplace_back(link.to, link.to_port);
      positions.push_back(link.to_position);
    }
  }
  return changes;
}

void Expander::add_connection(Connection connection) {
  if (pipeline_.connections.size() >= kMaxConnections)
    errors_.fatal(connection.from_position,
                  "a pipeline has at most " + std::to_string(kMaxConnections) + " connections");
  pipeline_.connections.push_back(connection);
}

}  // namespace warpline::click
