// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <deque>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace warpline::bench {

/// One measurement: names and values in the order of printing. Not a number: unknown.
class Row {
 public:
  using Value = std::variant<std::string, double, bool>;

  Row& set(std::string name, std::string value);
  Row& set(std::string name, char const* value);
  Row& set(std::string name, double value);
  Row& set(std::string name, bool value);
  template <class Integer>
  Row& set(std::string name, Integer value) requires std::is_integral_v<Integer> {
    return set(std::move(name), static_cast<double>(value));
  }

  std::vector<std::pair<std::string, Value>> const& fields() const { return fields_; }

 private:
  std::vector<std::pair<std::string, Value>> fields_;
};

/// The results of a benchmark program: sections of rows with the same fields, as tables for people
/// and as JSON for programs.
class Rows {
 public:
  /// A new row at the end of the section, which is created if there is none of that name.
  Row& add(std::string const& section);
  /// Returns whether a field of that name is false somewhere: a check that failed.
  bool any_false(std::string const& field) const;
  /// A sentence about the section; the same one is not repeated.
  void note(std::string const& section, std::string text);

  void print(std::FILE* file) const;
  /// Writes `{"format", "program", "started", "machine", "gpu", "sections"}` to a file or, for `-`,
  /// to stdout. Throws `std::runtime_error` on failure.
  void write_json(std::string const& path, std::string const& program,
                  std::string const& gpu) const;

 private:
  struct Section {
    std::string name;
    std::vector<std::string> notes;
    std::deque<Row> rows;  // a deque: references stay
  };
  Section& section(std::string const& name);

  std::deque<Section> sections_;
};

}  // namespace warpline::bench
