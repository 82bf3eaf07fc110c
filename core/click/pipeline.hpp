// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"

namespace warpline {

/// A blank-separated part of an argument: `BURST` and `32` in `BURST 32`, all of it in `"a b, c"`.
/// Text in quotes or parentheses is not split.
struct Word {
  std::string text;        ///< quotes removed, escapes resolved, parameters filled in
  Position position;       ///< of its first character in the source (of a quote, or of a `$`)
  std::size_t offset = 0;  ///< of its first character in the argument's text
  bool quoted = false;     ///< part of it was quoted: a value, never a keyword
};

/// One comma-separated configuration argument, e.g. `BURST 32`, `12/0800 20/0001`, `-`, `"a, b"`.
struct Argument {
  std::string text;         ///< the words, joined by single blanks
  Position position;        ///< of its first character in the source
  bool quoted = false;      ///< it is exactly one word, with quotes
  std::vector<Word> words;  ///< at least one; a single one may be the empty `""`

  /// True if it has the form `keyword value...` with the keyword not quoted.
  bool has_keyword(std::string_view keyword) const;

  /// The words after the first: the value of a keyword argument. Requires at least two words.
  Argument value() const;
};

/// An element of the flattened graph.
struct ElementDecl {
  std::string name;  ///< unique: `queue`, `Discard@3` (anonymous), `gateway/queue` (in a compound)
  std::string class_name;  ///< as written; such a class may not exist
  std::vector<Argument> arguments;
  Position position;        ///< of its declaration, or of the anonymous use
  Position class_position;  ///< of its class
};

/// An edge of the flattened graph: indices into `Pipeline::elements`, and ports.
struct Connection {
  std::size_t from = 0;
  std::uint32_t from_port = 0;
  std::size_t to = 0;
  std::uint32_t to_port = 0;
  Position from_position;  ///< of the output port if one is written, otherwise of the element
  Position to_position;    ///< of the input port if one is written, otherwise of the element
};

/// A pipeline file after parsing: compounds expanded, parameters filled in, no edge repeated.
/// Positions in a compound's body point into that body. The graph checks later whether classes and
/// ports exist and whether all ports are connected.
struct Pipeline {
  std::shared_ptr<Source const> source;
  std::vector<ElementDecl> elements;  ///< in the order of the text, compounds expanded in place
  std::vector<Connection>
      connections;  ///< by element and output port, then in the order of the text
  std::vector<Diagnostic> warnings;
};

/// A value from outside the text for one of its `define($name value)`, in place of the one written.
struct Override {
  std::string name;   ///< without the `$`
  std::string value;  ///< written like an argument of an element
};

/// Parses a pipeline in the Click language (docs/pipeline_language.md) and flattens it. Throws
/// `ConfigError` with all errors of the text (at most `Diagnostics::kMaxErrors`). Time and memory
/// are bounded for any bytes (core/click/limits.hpp). Thread-safe.
///
/// `overrides` apply to the defines outside compounds; one that the text does not have is an error.
/// Errors in such a value are reported where the text uses it.
Pipeline parse_pipeline(std::shared_ptr<Source const> source,
                        std::vector<Override> const& overrides = {});

/// Parses a text as the arguments of an element: `"BURST 32, \"a b\""`. Throws `ConfigError` with
/// all errors of the text; a `$parameter` is one.
std::vector<Argument> parse_arguments(std::shared_ptr<Source const> source);

}  // namespace warpline
