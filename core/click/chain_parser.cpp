// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "core/click/limits.hpp"
#include "core/click/parser.hpp"

namespace warpline::click {

void Parser::chain(Block& block) {
  auto left = endpoints(block);
  bool const alone = !sees(TokenKind::kArrow);
  if (!alone) refuse_ports(left, true);
  while (sees(TokenKind::kArrow)) {
    auto const arrow = lexer_.next().position;
    auto right = endpoints(block);
    connect(block, left, right, arrow);
    left = std::move(right);
  }
  end_statement();
  refuse_ports(left, false);
  if (alone) refuse_ports(left, true);
}

std::vector<Parser::Endpoint> Parser::endpoints(Block& block) {
  std::vector<Endpoint> list;
  do {
    list.push_back(endpoint(block));
    if (sees(TokenKind::kDoubleColon)) declare_list(block, list);
    if (sees(TokenKind::kOpenBracket)) list.back().output = port();
  } while (accept(TokenKind::kComma));
  return list;
}

Parser::Endpoint Parser::endpoint(Block& block) {
  Endpoint endpoint{};
  if (sees(TokenKind::kOpenBracket)) endpoint.input = port();
  endpoint.item = element(block);
  return endpoint;
}

std::size_t Parser::element(Block& block) {
  auto const token = lexer_.peek();
  Item item;
  item.position = token.position;
  if (token.kind == TokenKind::kOpenBrace) {
    item.kind = Item::Kind::kAnonymous;
    item.use = class_use(block);
    return add_item(block, std::move(item));
  }
  if (token.kind == TokenKind::kNumber) fail("an element (a name cannot be all digits)");
  if (token.kind != TokenKind::kName) fail("an element");
  if (is_reserved(token.text)) fail("an element (that is a reserved word)");
  lexer_.next();
  item.name = token.text;
  if (token.text == "input" || token.text == "output") {
    item.kind = token.text == "input" ? Item::Kind::kInput : Item::Kind::kOutput;
    if (sees(TokenKind::kOpenParenthesis) || sees(TokenKind::kDoubleColon)) {
      errors_.error(token.position, "'" + item.name + "' is a reserved word");
      throw SyntaxError{};
    }
    if (block.parent == nullptr)
      errors_.error(token.position,
                    "'" + item.name + "' can stand only in the braces of a compound");
    return add_item(block, std::move(item));
  }
  item.use = std::make_shared<ClassUse>();
  item.use->name = item.name;
  item.use->position = token.position;
  arguments_of(*item.use);
  if (item.use->parenthesised) item.kind = Item::Kind::kAnonymous;
  return add_item(block, std::move(item));
}

/// At the `::` after `a, b`: declares the names before it. A name with a port is a mention.
void Parser::declare_list(Block& block, std::vector<Endpoint> const& list) {
  auto const& last = block.items[list.back().item];
  if (last.kind != Item::Kind::kBare) fail("'->' or ';' (only a name can be declared)");
  lexer_.next();
  auto const use = class_use(block);
  for (auto entry = list.rbegin(); entry != list.rend(); ++entry) {
    auto& item = block.items[entry->item];
    auto const with_port = entry != list.rbegin() && (entry->input || entry->output);
    if (item.kind != Item::Kind::kBare || with_port) break;
    item.kind = Item::Kind::kDeclared;
    item.use = use;
  }
}

std::shared_ptr<ClassUse> Parser::class_use(Block& block) {
  auto use = std::make_shared<ClassUse>();
  auto const token = lexer_.peek();
  use->position = token.position;
  if (lexer_.rest().substr(0, 2) != "{}" && skip_placeholder()) {  // '{}' is an empty compound
    use->damaged = true;
  } else if (token.kind == TokenKind::kOpenBrace) {
    use->literal = &compound(block, {}, token.position);
  } else {
    if (token.kind != TokenKind::kName || is_reserved(token.text) || token.text == "input" ||
        token.text == "output")
      fail("a class or '{' after '::'");
    use->name = lexer_.next().text;
  }
  arguments_of(*use);
  return use;
}

/// Reports a `{0}` as an error and treats it as the word that it replaces.
bool Parser::skip_placeholder() {
  if (!sees(TokenKind::kOpenBrace)) return false;
  auto const length = placeholder_length(lexer_.rest());
  if (length == 0) return false;
  errors_.error(lexer_.peek().position, placeholder_message(lexer_.rest().substr(0, length)));
  while (lexer_.next().kind != TokenKind::kCloseBrace) {
  }
  return true;
}

void Parser::arguments_of(ClassUse& use) {
  if (!sees(TokenKind::kOpenParenthesis)) return;
  use.parenthesised = true;
  use.arguments = arguments("'('", &use.damaged);
}

Parser::Port Parser::port() {
  auto const open = expect(TokenKind::kOpenBracket, "'['").position;
  auto const token = expect(TokenKind::kNumber, "a port number");
  std::uint32_t number = 0;
  for (char const digit : token.text)
    if (number <= kMaxPort) number = number * 10 + static_cast<std::uint32_t>(digit - '0');
  if (number > kMaxPort) {
    errors_.error(token.position, "expected a port number of at most " + std::to_string(kMaxPort));
    number = 0;
  }
  expect(TokenKind::kCloseBracket, "']' after the port number");
  return {number, open};
}

void Parser::connect(Block& block, std::vector<Endpoint> const& left,
                     std::vector<Endpoint> const& right, Position arrow) {
  if (left.size() > 1 && right.size() > 1) {
    errors_.error(arrow,
                  "lists on both sides of '->' are ambiguous; "
                  "expected one element on one side");
    return;
  }
  for (auto const& from : left) {
    for (auto const& to : right) {
      if (++mentions_ > kMaxMentions)
        errors_.fatal(arrow, "a pipeline mentions at most " + std::to_string(kMaxMentions) +
                                 " elements and connections");
      Connection connection;
      connection.from = from.item;
      connection.from_port = from.output ? from.output->number : 0;
      connection.from_position =
          from.output ? from.output->position : block.items[from.item].position;
      connection.to = to.item;
      connection.to_port = to.input ? to.input->number : 0;
      connection.to_position = to.input ? to.input->position : block.items[to.item].position;
      block.connections.push_back(connection);
    }
  }
}

void Parser::refuse_ports(std::vector<Endpoint> const& list, bool inputs) {
  for (auto const& endpoint : list) {
    if (inputs && endpoint.input)
      errors_.error(endpoint.input->position,
                    "nothing is connected to this input port; expected '->' before it");
    if (!inputs && endpoint.output)
      errors_.error(endpoint.output->position,
                    "this output port is connected to nothing; expected '->' after it");
  }
}

std::size_t Parser::add_item(Block& block, Item item) {
  if (++mentions_ > kMaxMentions)
    errors_.fatal(item.position, "a pipeline mentions at most " + std::to_string(kMaxMentions) +
                                     " elements and connections");
  block.items.push_back(std::move(item));
  return block.items.size() - 1;
}

}  // namespace warpline::click
