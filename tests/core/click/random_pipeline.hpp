// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace warpline::test {

/// A graph drawn at random, one of its many texts, and what `elements_of` and `connections_of` must
/// find in it as sets of lines. Elements lie in compounds nested in each other; the text takes its
/// forms (chains, lists, inline declarations, parameters, comments, quotes) by chance.
class RandomPipeline {
 public:
  explicit RandomPipeline(std::uint32_t seed);

  std::string text;
  std::set<std::string> elements;
  std::set<std::string> connections;

 private:
  struct End {
    std::string name;
    std::uint32_t port;
  };
  struct Line {
    End from, to;
  };
  struct Node {
    std::size_t scope;
    std::string name, path, type, arguments;
    bool anonymous;
    std::size_t mentions = 0;
  };
  struct Scope {
    std::size_t parent;
    std::string name, path;
    std::uint32_t inputs = 0, outputs = 0;
    std::vector<Line> lines;
    std::set<std::string> parameters;  ///< texts of `$name`, for the head
    std::vector<std::string> heads, values;
    std::vector<std::string> defines;
  };

  std::size_t below(std::size_t bound) { return random_() % bound; }
  bool chance(int percent) { return below(100) < static_cast<std::size_t>(percent); }

  void draw_scopes();
  void draw_nodes();
  void draw_connection();
  std::string draw_arguments(Node const& node, std::string& expected);
  std::string draw_word(bool& quoted, std::string& written);
  std::string in_parameter(std::size_t scope, std::string const& written);

  std::string gap();
  std::string separator() { return chance(50) ? gap() + ";" + gap() : " \n"; }
  std::string declaration(std::size_t node);
  std::string mention(std::size_t scope, std::string const& name, bool declare = true);
  std::string port(std::uint32_t number);
  std::string body(std::size_t scope);
  std::string statements_of_lines(std::size_t scope);
  std::string scope_declaration(std::size_t scope, std::string& classes);

  std::mt19937 random_;
  std::vector<Scope> scopes_;
  std::vector<Node> nodes_;
  std::vector<bool> written_;  ///< nodes whose declaration stands in the text
  std::size_t parameters_ = 0;
};

}  // namespace warpline::test
