// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/config/file_notes.hpp"

#include <algorithm>
#include <utility>

namespace warpline::ipsec {

void FileNotes::add(std::string message, Position position) {
  auto const same = [&](Note const& note) { return note.message == message; };
  auto const found = std::find_if(notes_.begin(), notes_.end(), same);
  if (found != notes_.end())
    ++found->count;
  else
    notes_.push_back({std::move(message), position, 1});
}

void FileNotes::add_passed_over(std::string_view word, Position position) {
  if (passed_over_.empty()) first_passed_over_ = position;
  if (std::find(passed_over_.begin(), passed_over_.end(), word) == passed_over_.end())
    passed_over_.emplace_back(word);
}

void FileNotes::append_to(std::vector<Diagnostic>& notes,
                          std::shared_ptr<Source const> const& shown) const {
  auto const append = [&](std::string message, Position position) {
    notes.push_back({Diagnostic::Severity::kWarning, shown, position, std::move(message)});
  };
  for (auto const& [message, position, count] : notes_)
    append(count == 1 ? message : message + " (and " + std::to_string(count - 1) + " more)",
           position);
  if (passed_over_.empty()) return;
  std::string words;
  for (auto const& word : passed_over_) words += (words.empty() ? "" : ", ") + word;
  append("passed over, as it says nothing about packets here: " + words, first_passed_over_);
}

}  // namespace warpline::ipsec
