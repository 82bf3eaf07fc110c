// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/click/pipeline.hpp"

namespace warpline::click {

struct Block;

/// A part of an argument as written: text, blanks between words, or `$name`.
struct Piece {
  enum class Kind : std::uint8_t { kText, kBlank, kParameter };

  Kind kind = Kind::kText;
  bool quoted = false;  ///< inside quotes
  bool nested = false;  ///< inside inner parentheses
  std::string text;     ///< escapes resolved; the name of a parameter
  Position position;
};

/// An argument before its parameters are filled in.
struct ArgumentTemplate {
  Position position;
  std::vector<Piece> pieces;
};

/// `Class`, `Class(arguments)` or `{ ... }(arguments)` in one place of the text; in `a, b ::
/// Class(arguments)` several elements share it.
struct ClassUse {
  std::string name;  ///< empty for `{ ... }`
  Position position;
  Block* literal = nullptr;    ///< the body, for `{ ... }`
  bool parenthesised = false;  ///< arguments are written, possibly none: `Class()`
  bool damaged = false;        ///< the arguments hold an error: do not count them
  std::vector<ArgumentTemplate> arguments;

  // Set by the resolver.
  bool resolved = false;
  Block const* body = nullptr;     ///< of the compound, if the class is one
  std::vector<std::size_t> bound;  ///< the argument of each parameter of `body`
};

/// A mention of an element.
struct Item {
  enum class Kind : std::uint8_t {
    kBare,      ///< `x`: an element declared anywhere in the block, otherwise a class
    kDeclared,  ///< `x :: Class`
    kAnonymous,
    kInput,
    kOutput
  };

  Kind kind = Kind::kBare;
  std::string name;
  Position position;
  std::shared_ptr<ClassUse> use;  ///< null for `input` and `output`

  // Set by the resolver.
  std::size_t element = 0;  ///< the item that it means: itself or a declaration
};

/// `$name`, or `KEYWORD $name`, at the head of a compound.
struct Parameter {
  std::string name;
  std::string keyword;
  Position position;
};

/// `define($name value)`.
struct Define {
  std::string name;
  Position position;
  ArgumentTemplate value;
  std::optional<Argument> given;  ///< a value from outside, instead
};

/// `elementclass Name { ... }`.
struct ClassDefinition {
  std::string name;
  Position position;
  Block* body = nullptr;
};

/// The whole text, or a compound's braces.
struct Block {
  Block* parent = nullptr;  ///< null for the whole text
  std::string name;         ///< of the compound; empty for `{ ... }` without one
  Position position;
  std::vector<Parameter> parameters;
  std::vector<Define> defines;
  std::vector<ClassDefinition> classes;
  std::vector<Item> items;
  std::vector<Connection> connections;  ///< indices into `items`
  bool parameters_damaged = false;  ///< an error hides some parameters: do not report unknown ones
  bool statements_damaged = false;  ///< an error hides some: do not report missing ports

  // Set by the resolver.
  std::map<std::string, std::size_t, std::less<>> slots;  ///< of parameters, then defines
  std::map<std::string, Block*, std::less<>> bodies;
  std::map<std::string, std::size_t, std::less<>> declared;
  std::set<std::uint32_t> inputs;
  std::set<std::uint32_t> outputs;
};

/// A parsed text; `blocks[0]` is all of it, other blocks come after their parents.
struct Syntax {
  std::vector<std::unique_ptr<Block>> blocks;
};

}  // namespace warpline::click
