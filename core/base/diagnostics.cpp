// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/diagnostics.hpp"

#include <algorithm>
#include <tuple>

#include "core/base/text.hpp"

namespace warpline {

void Diagnostics::error(Position position, std::string message) {
  error({Diagnostic::Severity::kError, source_, position, std::move(message)});
}

void Diagnostics::error(Position position, ConfigError const& error) {
  if (error.diagnostics().empty()) return this->error(position, std::string(error.what()));
  for (auto const& diagnostic : error.diagnostics()) this->error(diagnostic);
}

void Diagnostics::error(Diagnostic diagnostic) {
  if (mask_ != nullptr) diagnostic.message = mask_(diagnostic.message);
  bool const shown = errors_.size() < kMaxErrors;
  if (shown && std::any_of(errors_.begin(), errors_.end(), [&](Diagnostic const& other) {
        return other.source == diagnostic.source && other.position == diagnostic.position &&
               other.message == diagnostic.message;
      }))
    return;
  ++error_count_;
  if (shown) errors_.push_back(std::move(diagnostic));
}

void Diagnostics::fatal(Position position, std::string message) {
  error(position, std::move(message));
  throw_errors();
  throw ConfigError(errors_);
}

Diagnostics::Warning* Diagnostics::find_or_add(Position position, std::string_view message,
                                               bool anywhere) {
  auto const entry = std::find_if(warnings_.begin(), warnings_.end(), [&](Warning const& warning) {
    return warning.message == message && (anywhere || warning.position == position);
  });
  if (entry != warnings_.end()) return &*entry;
  if (warnings_.size() == kMaxErrors) return nullptr;
  return &warnings_.emplace_back(Warning{position, std::string(message)});
}

void Diagnostics::warning(Position position, std::string_view message) {
  find_or_add(position, message, false);
}

void Diagnostics::warning_once(Position position, std::string_view message) {
  if (auto* const warning = find_or_add(position, message, true)) ++warning->count;
}

void Diagnostics::warning_item(Position position, std::string_view message, std::string_view item) {
  auto* const warning = find_or_add(position, message, true);
  if (warning == nullptr) return;
  auto& items = warning->items;
  if (std::find(items.begin(), items.end(), item) == items.end()) items.emplace_back(item);
}

void Diagnostics::throw_errors() {
  if (errors_.empty()) return;
  // Errors of another text stay together, in the order in which the texts came.
  std::vector<Source const*> sources;
  auto const rank = [&](Diagnostic const& diagnostic) {
    return std::find(sources.begin(), sources.end(), diagnostic.source.get()) - sources.begin();
  };
  for (auto const& error : errors_)
    if (rank(error) == std::ssize(sources)) sources.push_back(error.source.get());
  std::stable_sort(errors_.begin(), errors_.end(), [&](Diagnostic const& a, Diagnostic const& b) {
    return std::tuple(rank(a), a.position.line, a.position.column) <
           std::tuple(rank(b), b.position.line, b.position.column);
  });
  if (auto const more = error_count_ - errors_.size(); more > 0)
    errors_.push_back({Diagnostic::Severity::kError,
                       source_,
                       {},
                       counted(more, "more error") + (more == 1 ? " is" : " are") + " not shown"});
  throw ConfigError(errors_);
}

std::vector<Diagnostic> Diagnostics::warnings() const {
  std::vector<Diagnostic> result;
  for (auto const& [position, message, count, items] : warnings_) {
    auto text = message;
    if (count > 1) text += " (and " + std::to_string(count - 1) + " more)";
    for (auto const& item : items) text += (&item == items.data() ? ": " : ", ") + item;
    if (mask_ != nullptr) text = mask_(text);
    result.push_back({Diagnostic::Severity::kWarning, source_, position, std::move(text)});
  }
  return result;
}

std::string Diagnostics::place(Position position) const {
  return source_->name + ':' + std::to_string(position.line) + ':' +
         std::to_string(position.column);
}

}  // namespace warpline
