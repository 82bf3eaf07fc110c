// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/click/resolver.hpp"

#include <algorithm>
#include <utility>

#include "core/click/limits.hpp"

namespace warpline::click {
namespace {

/// The first word of an argument if it is plain text and a value follows, otherwise empty.
std::string_view keyword_of(ArgumentTemplate const& form) {
  auto const& pieces = form.pieces;
  if (pieces.size() < 3 || pieces[0].kind != Piece::Kind::kText || pieces[0].quoted ||
      pieces[1].kind != Piece::Kind::kBlank)
    return {};
  return pieces[0].text;
}

std::string list_ports(std::set<std::uint32_t> const& ports) {
  std::string text;
  std::size_t count = 0;
  for (auto const port : ports) {
    if (++count > 8) return text + ", ...";
    text += (text.empty() ? "" : ", ") + std::to_string(port);
  }
  return text.empty() ? "none" : text;
}

}  // namespace

Block const* find_body(Block const& block, ClassUse const& use) {
  if (use.literal) return use.literal;
  for (auto const* scope = &block; scope; scope = scope->parent)
    if (auto const entry = scope->bodies.find(use.name); entry != scope->bodies.end())
      return entry->second;
  return nullptr;
}

std::string describe(Block const& body) {
  return body.name.empty() ? "this compound" : "compound '" + body.name + "'";
}

void Resolver::resolve() {
  for (auto& block : syntax_.blocks) {
    collect_parameters(*block);
    collect_classes(*block);
    collect_elements(*block);
    collect_ports(*block);
  }
  for (auto& block : syntax_.blocks) {
    resolve_items(*block);
    check_connections(*block);
    for (std::size_t i = 0; i < block->defines.size(); ++i)
      check_parameters_of(*block, block->defines[i].value, block->parameters.size() + i);
  }
  std::vector<Block const*> path;
  for (auto& block : syntax_.blocks) height(*block, path);
}

void Resolver::collect_parameters(Block& block) {
  std::size_t slot = 0;
  auto const add = [&](std::string const& name, Position position) {
    auto const [known, added] = block.slots.emplace(name, slot++);
    if (added) return;
    auto const first = known->second < block.parameters.size()
                           ? block.parameters[known->second].position
                           : block.defines[known->second - block.parameters.size()].position;
    errors_.error(position,
                  "'$" + name + "' is defined twice; the first is at " + errors_.place(first));
  };
  for (auto const& parameter : block.parameters) add(parameter.name, parameter.position);
  for (auto const& define : block.defines) add(define.name, define.position);
  std::map<std::string_view, Position> keywords;
  for (auto const& parameter : block.parameters) {
    if (parameter.keyword.empty()) continue;
    auto const [known, added] = keywords.emplace(parameter.keyword, parameter.position);
    if (!added)
      errors_.error(parameter.position, "the keyword '" + parameter.keyword +
                                            "' is used twice; the first is at " +
                                            errors_.place(known->second));
  }
}

void Resolver::collect_classes(Block& block) {
  std::map<std::string_view, Position> places;
  for (auto const& definition : block.classes) {
    auto const [known, added] = places.emplace(definition.name, definition.position);
    if (added)
      block.bodies.emplace(definition.name, definition.body);
    else
      errors_.error(definition.position, "compound '" + definition.name +
                                             "' is defined twice; the first is at " +
                                             errors_.place(known->second));
  }
}

void Resolver::collect_elements(Block& block) {
  for (std::size_t i = 0; i < block.items.size(); ++i) {
    auto const& item = block.items[i];
    if (item.kind != Item::Kind::kDeclared) continue;
    auto const [known, added] = block.declared.emplace(item.name, i);
    if (!added)
      errors_.error(item.position, "'" + item.name + "' is declared twice; the first is at " +
                                       errors_.place(block.items[known->second].position));
  }
}

void Resolver::collect_ports(Block& block) {
  for (auto const& connection : block.connections) {
    auto const& from = block.items[connection.from];
    auto const& to = block.items[connection.to];
    if (from.kind == Item::Kind::kInput) block.inputs.insert(connection.from_port);
    if (to.kind == Item::Kind::kOutput) block.outputs.insert(connection.to_port);
    if (!block.parent) continue;
    if (from.kind == Item::Kind::kOutput)
      errors_.error(from.position,
                    "nothing comes out of 'output'; packets enter a compound at 'input'");
    if (to.kind == Item::Kind::kInput)
      errors_.error(to.position, "nothing goes into 'input'; packets leave a compound at 'output'");
  }
  if (block.statements_damaged) return;
  warn_of_gaps(block, block.inputs, "input");
  warn_of_gaps(block, block.outputs, "output");
}

void Resolver::warn_of_gaps(Block const& block, std::set<std::uint32_t> const& ports,
                            char const* name) {
  std::uint32_t expected = 0;
  for (auto const port : ports) {
    if (port != expected) {
      errors_.warning(block.position, describe(block) + " has " + name + " port " +
                                          std::to_string(*ports.rbegin()) + ", but no " + name +
                                          " port " + std::to_string(expected));
      return;
    }
    ++expected;
  }
}

void Resolver::resolve_items(Block& block) {
  std::size_t anonymous = 0;
  for (std::size_t i = 0; i < block.items.size(); ++i) {
    auto& item = block.items[i];
    item.element = i;
    if (item.kind == Item::Kind::kInput || item.kind == Item::Kind::kOutput) continue;
    check_mention(block, item);
    if (item.kind == Item::Kind::kBare) {
      if (auto const entry = block.declared.find(item.name); entry != block.declared.end()) {
        item.element = entry->second;
        continue;
      }
      item.kind = Item::Kind::kAnonymous;
    }
    resolve_use(block, *item.use);
    if (item.kind == Item::Kind::kAnonymous) {
      auto const prefix = (item.use->literal ? "compound" : item.use->name) + "@";
      do {
        item.name = prefix + std::to_string(++anonymous);
      } while (block.declared.contains(item.name));
    }
  }
}

void Resolver::resolve_use(Block const& block, ClassUse& use) {
  if (std::exchange(use.resolved, true)) return;
  use.body = find_body(block, use);
  for (auto const& form : use.arguments) check_parameters_of(block, form, std::size_t(-1));
  if (use.body) bind(use);
}

/// Finds names of elements in places where only a class is possible.
void Resolver::check_mention(Block const& block, Item const& item) {
  if (item.use->literal) return;
  auto const& name = item.use->name;
  if (item.kind == Item::Kind::kAnonymous) {
    auto const entry = block.declared.find(name);
    if (entry == block.declared.end()) return;
    auto const& declared = block.items[entry->second];
    if (declared.use->name != name && !find_body(block, *item.use))
      errors_.error(item.position, "'" + name + "' is an element, declared at " +
                                       errors_.place(declared.position) +
                                       "; expected its arguments there");
    return;
  }
  if (item.kind != Item::Kind::kBare || block.declared.contains(name) || name.empty() ||
      name[0] < 'a' || name[0] > 'z' || find_body(block, *item.use))
    return;
  for (auto const* scope = block.parent; scope; scope = scope->parent)
    if (auto const entry = scope->declared.find(name); entry != scope->declared.end())
      errors_.error(item.position, "'" + name + "' is declared outside of this compound, at " +
                                       errors_.place(scope->items[entry->second].position) +
                                       "; expected an element of its own, or 'input' or 'output'");
}

void Resolver::bind(ClassUse& use) {
  auto const& parameters = use.body->parameters;
  auto const& arguments = use.arguments;
  auto const unbound = arguments.size();
  if (use.damaged || use.body->parameters_damaged) return;
  use.bound.assign(parameters.size(), unbound);
  std::size_t next = 0;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    auto const keyword = keyword_of(arguments[i]);
    auto const named = std::find_if(
        parameters.begin(), parameters.end(),
        [&](auto const& parameter) { return !keyword.empty() && parameter.keyword == keyword; });
    auto slot = static_cast<std::size_t>(named - parameters.begin());
    if (named == parameters.end()) {
      while (next < parameters.size() && !parameters[next].keyword.empty()) ++next;
      slot = next++;
    }
    if (slot >= parameters.size()) {
      auto const positional = static_cast<std::size_t>(
          std::count_if(parameters.begin(), parameters.end(),
                        [](auto const& parameter) { return parameter.keyword.empty(); }));
      errors_.error(arguments[i].position, describe(*use.body) + " takes " +
                                               std::to_string(positional) + " argument" +
                                               (positional == 1 ? "" : "s") + " without a keyword");
      return;
    }
    if (use.bound[slot] != unbound) {
      errors_.error(arguments[i].position, "'" + parameters[slot].keyword +
                                               "' is given twice; the "
                                               "first is at " +
                                               errors_.place(arguments[use.bound[slot]].position));
      return;
    }
    use.bound[slot] = i;
  }
  for (std::size_t slot = 0; slot < parameters.size(); ++slot) {
    if (use.bound[slot] != unbound) continue;
    auto const& parameter = parameters[slot];
    errors_.error(use.position, describe(*use.body) + " needs an argument for its parameter '" +
                                    (parameter.keyword.empty() ? "" : parameter.keyword + " ") +
                                    "$" + parameter.name + "', at " +
                                    errors_.place(parameter.position));
  }
}

void Resolver::check_connections(Block const& block) {
  for (auto const& connection : block.connections) {
    check_port(block.items[block.items[connection.from].element], false, connection.from_port,
               connection.from_position);
    check_port(block.items[block.items[connection.to].element], true, connection.to_port,
               connection.to_position);
  }
}

void Resolver::check_port(Item const& item, bool input, std::uint32_t port, Position position) {
  auto const* body = item.use ? item.use->body : nullptr;
  if (!body || body->statements_damaged) return;
  auto const& ports = input ? body->inputs : body->outputs;
  if (ports.contains(port)) return;
  std::string const kind = input ? "input" : "output";
  errors_.error(position, describe(*body) + " has no " + kind + " port " + std::to_string(port) +
                              "; its " + kind + " ports: " + list_ports(ports));
}

void Resolver::check_parameters_of(Block const& block, ArgumentTemplate const& form,
                                   std::size_t defined) {
  for (auto const& piece : form.pieces) {
    if (piece.kind != Piece::Kind::kParameter) continue;
    auto limit = defined;
    auto const* scope = &block;
    for (; scope; scope = scope->parent, limit = std::size_t(-1)) {
      auto const entry = scope->slots.find(piece.text);
      if (entry == scope->slots.end()) continue;
      if (entry->second >= limit)
        errors_.error(piece.position, "'$" + piece.text + "' is used before its definition");
      break;
    }
    if (!scope) unknown_parameter(block, piece);
  }
}

void Resolver::unknown_parameter(Block const& block, Piece const& piece) {
  constexpr std::size_t kMaxCandidates = 256;
  std::vector<std::string> candidates;
  for (auto const* scope = &block; scope; scope = scope->parent) {
    if (scope->parameters_damaged) return;
    for (auto const& [name, slot] : scope->slots)
      if (candidates.size() < kMaxCandidates) candidates.push_back("$" + name);
  }
  auto const name = "$" + piece.text;
  errors_.error(piece.position,
                "unknown parameter '" + name + "'" +
                    (candidates.empty() ? "; expected a 'define(" + name + " value)'"
                                        : did_you_mean(name, candidates)));
}

std::size_t Resolver::height(Block const& block, std::vector<Block const*>& path) {
  if (auto const known = heights_.find(&block); known != heights_.end()) return known->second;
  if (std::find(path.begin(), path.end(), &block) != path.end()) {
    report_cycle(path, block);
    return 0;
  }
  if (path.size() > kMaxCompoundDepth)
    errors_.fatal(block.position, "compounds use each other more than " +
                                      std::to_string(kMaxCompoundDepth) + " deep");
  path.push_back(&block);
  std::size_t result = 0;
  for (auto const& item : block.items)
    if (item.use && item.use->body) result = std::max(result, 1 + height(*item.use->body, path));
  path.pop_back();
  if (result > kMaxCompoundDepth)
    errors_.fatal(block.position, "compounds use each other more than " +
                                      std::to_string(kMaxCompoundDepth) + " deep");
  return heights_[&block] = result;
}

void Resolver::report_cycle(std::vector<Block const*> const& path, Block const& again) {
  std::string text;
  auto const start = std::find(path.begin(), path.end(), &again);
  for (auto step = start; step != path.end(); ++step)
    text += ((*step)->name.empty() ? "{ ... }" : (*step)->name) + " -> ";
  errors_.error(again.position, describe(again) + " contains itself: " + text +
                                    (again.name.empty() ? "{ ... }" : again.name));
}

}  // namespace warpline::click
