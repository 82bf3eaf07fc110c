// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/app/http_form.hpp"

#include <algorithm>

#include "elements/ids/app/http_body.hpp"

namespace warpline::ids {
namespace {

constexpr std::string_view kLineEnd = "\r\n", kHeadersEnd = "\r\n\r\n";
constexpr std::string_view::size_type kNone = std::string_view::npos;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Where `name`, in lower case, begins in a text.
std::size_t find_name(std::string_view text, std::string_view name) {
  auto const found = std::search(text.begin(), text.end(), name.begin(), name.end(),
                                 [](char a, char b) { return lower(a) == b; });
  return found == text.end() ? kNone : static_cast<std::size_t>(found - text.begin());
}

/// The value of a parameter, e.g. `boundary` in `multipart/form-data; boundary="x"`; empty if it has
/// none or no second quotation mark.
std::string_view parameter(std::string_view value, std::string_view name) {
  for (auto at = value.find(';'); at != kNone; at = value.find(';')) {
    value.remove_prefix(at + 1);
    value.remove_prefix(std::min(value.size(), value.find_first_not_of(" \t")));
    if (find_name(value, name) != 0 || !value.substr(name.size()).starts_with('=')) continue;
    value.remove_prefix(name.size() + 1);
    if (!value.starts_with('"')) return value.substr(0, value.find(';'));
    auto const end = value.find('"', 1);
    return end == kNone ? std::string_view{} : value.substr(1, end - 1);
  }
  return {};
}

}  // namespace

void HttpForm::begin(std::string_view content_type) {
  auto const boundary = parameter(content_type, "boundary");
  if (boundary.empty()) return;
  boundary_ = "\r\n--";
  boundary_ += boundary;
}

bool HttpForm::has_file_name(std::string_view disposition) {
  return !parameter(disposition, "filename").empty();
}

void HttpForm::scan(Bytes body, bool is_complete) {
  std::string_view const text(reinterpret_cast<char const*>(body.data), body.size);
  while (advance(text, is_complete)) {
  }
}

bool HttpForm::advance(std::string_view body, bool is_complete) {
  switch (state_) {
    case State::kBoundary: {
      auto const boundary = std::string_view(boundary_).substr(2);
      auto const found = body.find(boundary, at_);
      if (found == kNone) {
        at_ = static_cast<std::uint32_t>(
            std::max<std::size_t>(at_, body.size() - std::min(body.size(), boundary.size() - 1)));
        return false;
      }
      at_ = static_cast<std::uint32_t>(found);
      auto const after = body.substr(found + boundary.size());
      if (after.size() < 2) return false;
      state_ = after.starts_with("--") ? State::kEnd : State::kHeaders;
      at_ += static_cast<std::uint32_t>(boundary.size());
      return true;
    }
    case State::kHeaders:
      return read_headers(body);
    case State::kFile:
    case State::kOther:
      return end_part(body, is_complete);
    case State::kEnd:
      return false;
  }
  return false;
}

bool HttpForm::read_headers(std::string_view body) {
  auto const end = body.find(kHeadersEnd, at_);
  if (end == kNone) return false;
  auto headers = body.substr(at_, end - at_);
  state_ = State::kOther;
  auto const begin = static_cast<std::uint32_t>(end + kHeadersEnd.size());
  while (!headers.empty()) {
    auto const line = headers.substr(0, headers.find(kLineEnd));
    headers.remove_prefix(std::min(headers.size(), line.size() + kLineEnd.size()));
    if (find_name(line, "content-disposition:") != 0 || !has_file_name(line)) continue;
    files_.push_back({begin, begin});
    state_ = State::kFile;
    break;
  }
  // The empty line before an empty part's content is also the line end before its boundary.
  at_ = begin - 2;
  return true;
}

bool HttpForm::end_part(std::string_view body, bool is_complete) {
  auto const found = body.find(boundary_, at_);
  auto end = found;
  if (found == kNone) {
    auto const held = is_complete ? 0 : std::min(body.size(), boundary_.size() - 1);
    end = body.size() - held;
    at_ = std::max(at_, static_cast<std::uint32_t>(end));
  } else {
    at_ = static_cast<std::uint32_t>(found + 2);
  }
  if (state_ == State::kFile) {
    auto& file = files_.back();
    file.end = std::max(file.end, static_cast<std::uint32_t>(end));
    file.is_complete = found != kNone || is_complete;
  }
  if (found == kNone) return false;
  state_ = State::kBoundary;
  return true;
}

std::optional<AppBuffer> HttpForm::piece(HttpBodyLimits const& limits, Bytes body,
                                         std::size_t index, bool all_there) const {
  if (index >= files_.size()) return std::nullopt;
  auto const& file = files_[index];
  auto const begin = next_piece(limits, file.end - file.begin, file.inspected,
                                all_there || file.is_complete, true);
  if (!begin) return std::nullopt;
  auto const offset = file.begin + *begin;
  return AppBuffer{{body.data + offset, file.end - offset}, *begin};
}

void HttpForm::set_inspected(HttpBodyLimits const& limits, bool all_there) {
  for (auto& file : files_) {
    auto const size = file.end - file.begin;
    if (next_piece(limits, size, file.inspected, all_there || file.is_complete, true))
      file.inspected = size;
  }
}

void HttpForm::clear() {
  boundary_.clear();
  files_.clear();
  if (files_.capacity() > 64) files_.shrink_to_fit();
  at_ = 0;
  state_ = State::kBoundary;
}

}  // namespace warpline::ids
