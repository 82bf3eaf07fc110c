// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/click/parser.hpp"

#include <algorithm>
#include <utility>

#include "core/click/limits.hpp"

namespace warpline::click {

bool Parser::is_reserved(std::string_view name) {
  return name == "elementclass" || name == "define" || name == "require";
}

Syntax Parser::parse() {
  auto& whole = add_block(nullptr, {}, {1, 1});
  for (;;) {
    statements(whole);
    if (sees(TokenKind::kEnd)) break;
    errors_.error(lexer_.peek().position, "this '}' closes nothing");
    lexer_.next();
  }
  return std::move(syntax_);
}

Block& Parser::add_block(Block* parent, std::string name, Position position) {
  auto block = std::make_unique<Block>();
  block->parent = parent;
  block->name = std::move(name);
  block->position = position;
  syntax_.blocks.push_back(std::move(block));
  return *syntax_.blocks.back();
}

void Parser::statements(Block& block) {
  while (!sees(TokenKind::kEnd) && !sees(TokenKind::kCloseBrace)) {
    if (accept(TokenKind::kSemicolon)) continue;
    try {
      statement(block);
    } catch (SyntaxError const&) {
      block.statements_damaged = true;
      lexer_.skip_statement();
    }
  }
}

void Parser::statement(Block& block) {
  auto const& token = lexer_.peek();
  if (token.kind != TokenKind::kName || !is_reserved(token.text)) return chain(block);
  if (token.text == "elementclass") return class_definition(block);
  if (token.text == "define") return define(block);
  require();
}

void Parser::class_definition(Block& block) {
  lexer_.next();
  auto const name = expect(TokenKind::kName, "the name of the compound after 'elementclass'");
  if (is_reserved(name.text) || name.text == "input" || name.text == "output")
    errors_.error(name.position, "'" + std::string(name.text) + "' is a reserved word");
  if (!sees(TokenKind::kOpenBrace)) fail("'{' after the name of the compound");
  auto& body = compound(block, std::string(name.text), name.position);
  block.classes.push_back({std::string(name.text), name.position, &body});
}

void Parser::define(Block& block) {
  lexer_.next();
  bool damaged = false;
  // Until the closing parenthesis is read, the definitions are in doubt.
  std::swap(block.parameters_damaged, damaged);
  block.parameters_damaged = true;
  bool incomplete = false;
  for (auto& form : arguments("'(' after 'define'", &incomplete)) {
    auto& pieces = form.pieces;
    auto const& head = pieces.front();
    if (head.kind != Piece::Kind::kParameter || head.quoted || pieces.size() < 3 ||
        pieces[1].kind != Piece::Kind::kBlank) {
      errors_.error(form.position, "expected '$name value'");
      incomplete = true;
      continue;
    }
    count_parameter(head.position);
    Define define{head.text, head.position, {pieces[2].position, {}}, {}};
    define.value.pieces.assign(std::make_move_iterator(pieces.begin() + 2),
                               std::make_move_iterator(pieces.end()));
    block.defines.push_back(std::move(define));
  }
  block.parameters_damaged = damaged || incomplete;
}

void Parser::require() {
  lexer_.next();
  bool damaged = false;
  for (auto const& form : arguments("'(' after 'require'", &damaged))
    if (auto const& head = form.pieces.front(); head.text == "library" && form.pieces.size() > 1)
      errors_.warning(head.position, "no file is read for 'library'");
}

void Parser::end_statement() {
  auto const line = lexer_.last_line();
  auto const& token = lexer_.peek();
  if (token.kind == TokenKind::kSemicolon || token.kind == TokenKind::kEnd ||
      token.kind == TokenKind::kCloseBrace || token.position.line > line)
    return;
  fail("'->', ';' or a new line");
}

std::vector<ArgumentTemplate> Parser::arguments(std::string const& expected, bool* damaged) {
  auto const open = expect(TokenKind::kOpenParenthesis, expected).position;
  auto const errors_before = errors_.error_count();
  auto list = ArgumentScanner(lexer_.cursor(), errors_).read_parenthesised(open);
  *damaged = errors_.error_count() != errors_before;
  return list;
}

Block& Parser::compound(Block& parent, std::string name, Position position) {
  auto const open = expect(TokenKind::kOpenBrace, "'{'");
  if (++depth_ > kMaxBraceDepth)
    errors_.fatal(open.position,
                  "braces are nested more than " + std::to_string(kMaxBraceDepth) + " deep");
  auto& block = add_block(&parent, std::move(name), position);
  try {
    if (starts_parameters()) parameters(block);
  } catch (SyntaxError const&) {
    block.parameters_damaged = true;
    lexer_.skip_statement();
  }
  statements(block);
  --depth_;
  if (!accept(TokenKind::kCloseBrace)) {
    if (!std::exchange(end_reported_, true))
      errors_.error(open.position, "this '{' is not closed before the end of the text");
    throw SyntaxError{};
  }
  return block;
}

/// `$a`, `KEYWORD $a` or `
/// ` after the `{`: nothing else can start like this.
bool Parser::starts_parameters() {
  if (sees(TokenKind::kParameter) || sees(TokenKind::kBar)) return true;
  if (!sees(TokenKind::kName)) return false;
  auto rest = lexer_.rest().substr(lexer_.peek().text.size());
  while (!rest.empty() && is_blank(rest[0])) rest.remove_prefix(1);
  return !rest.empty() && rest[0] == '$';
}

void Parser::parameters(Block& block) {
  if (accept(TokenKind::kBar)) return;
  do {
    Parameter parameter;
    parameter.position = lexer_.peek().position;
    if (sees(TokenKind::kName)) parameter.keyword = lexer_.next().text;
    parameter.name = expect(TokenKind::kParameter, "'$name' or 'KEYWORD $name'").text;
    if (parameter.keyword.substr(0, 2) == "__")
      errors_.error(parameter.position,
                    "'" + parameter.keyword + "' is not supported as a keyword");
    count_parameter(parameter.position);
    block.parameters.push_back(std::move(parameter));
  } while (accept(TokenKind::kComma));
  expect(TokenKind::kBar, "',' or '|' after a parameter");
}

void Parser::count_parameter(Position position) {
  if (++parameters_ > kMaxParameters)
    errors_.fatal(position,
                  "a pipeline has at most " + std::to_string(kMaxParameters) + " parameters");
}

bool Parser::accept(TokenKind kind) {
  if (!sees(kind)) return false;
  lexer_.next();
  return true;
}

Token Parser::expect(TokenKind kind, std::string const& what) {
  if (!sees(kind)) fail(what);
  return lexer_.next();
}

void Parser::fail(std::string const& expected) {
  if (skip_placeholder()) throw SyntaxError{};
  auto const& token = lexer_.peek();
  errors_.error(token.position, "expected " + expected + ", found " + describe(token));
  throw SyntaxError{};
}

}  // namespace warpline::click
