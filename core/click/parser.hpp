// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/click/arguments.hpp"
#include "core/click/lexer.hpp"
#include "core/click/syntax.hpp"

namespace warpline::click {

/// Text to syntax, by recursive descent. An error skips the rest of its statement only. One thread.
class Parser {
 public:
  Parser(std::string_view text, Diagnostics& errors) : lexer_(text, errors), errors_(errors) {}

  Syntax parse();

 private:
  /// A member of a chain: an item, and the ports written beside it.
  struct Port {
    std::uint32_t number;
    Position position;
  };
  struct Endpoint {
    std::size_t item;
    std::optional<Port> input;
    std::optional<Port> output;
  };

  /// The error is already reported; the rest of the statement is skipped.
  struct SyntaxError {};

  Block& add_block(Block* parent, std::string name, Position position);
  void statements(Block& block);
  void statement(Block& block);
  void class_definition(Block& block);
  void define(Block& block);
  void require();
  void chain(Block& block);
  void end_statement();

  std::vector<Endpoint> endpoints(Block& block);
  Endpoint endpoint(Block& block);
  std::size_t element(Block& block);
  void declare_list(Block& block, std::vector<Endpoint> const& list);
  std::shared_ptr<ClassUse> class_use(Block& block);
  bool skip_placeholder();
  void arguments_of(ClassUse& use);
  std::vector<ArgumentTemplate> arguments(std::string const& expected, bool* damaged);
  Block& compound(Block& parent, std::string name, Position position);
  void parameters(Block& block);
  void count_parameter(Position position);
  Port port();
  void connect(Block& block, std::vector<Endpoint> const& left, std::vector<Endpoint> const& right,
               Position arrow);
  void refuse_ports(std::vector<Endpoint> const& list, bool inputs);
  std::size_t add_item(Block& block, Item item);

  bool sees(TokenKind kind) { return lexer_.peek().kind == kind; }
  static bool is_reserved(std::string_view name);
  bool starts_parameters();
  bool accept(TokenKind kind);
  Token expect(TokenKind kind, std::string const& what);
  [[noreturn]] void fail(std::string const& expected);

  Lexer lexer_;
  Diagnostics& errors_;
  Syntax syntax_;
  std::size_t depth_ = 0;
  std::size_t mentions_ = 0;
  std::size_t parameters_ = 0;
  bool end_reported_ = false;
};

}  // namespace warpline::click
