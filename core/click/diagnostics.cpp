// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/click/diagnostics.hpp"

#include <algorithm>
#include <tuple>

#include "core/click/limits.hpp"

namespace warpline::click {
namespace {

void add_once(std::vector<Diagnostic>& list, Diagnostic diagnostic) {
  for (auto const& known : list)
    if (known.position == diagnostic.position && known.message == diagnostic.message) return;
  list.push_back(std::move(diagnostic));
}

}  // namespace

void Diagnostics::error(Position position, std::string message) {
  add_once(errors_, {Diagnostic::Severity::kError, source_, position, std::move(message)});
  if (errors_.size() >= kMaxErrors) throw_errors();
}

void Diagnostics::fatal(Position position, std::string message) {
  add_once(errors_, {Diagnostic::Severity::kError, source_, position, std::move(message)});
  throw_errors();
  throw ConfigError(errors_);
}

void Diagnostics::warning(Position position, std::string message) {
  if (warnings_.size() < kMaxErrors)
    add_once(warnings_, {Diagnostic::Severity::kWarning, source_, position, std::move(message)});
}

void Diagnostics::throw_errors() {
  if (errors_.empty()) return;
  std::stable_sort(errors_.begin(), errors_.end(), [](auto const& a, auto const& b) {
    return std::tie(a.position.line, a.position.column) <
           std::tie(b.position.line, b.position.column);
  });
  if (errors_.size() >= kMaxErrors)
    errors_.push_back(
        {Diagnostic::Severity::kError, source_, {}, "too many errors; the rest is not shown"});
  throw ConfigError(errors_);
}

std::string Diagnostics::place(Position position) const {
  return source_->name + ':' + std::to_string(position.line) + ':' +
         std::to_string(position.column);
}

}  // namespace warpline::click
