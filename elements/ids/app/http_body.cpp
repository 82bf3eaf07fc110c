// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/app/http_body.hpp"

#include <algorithm>

namespace warpline::ids {
std::optional<std::uint32_t> next_piece(HttpBodyLimits const& limits, std::uint32_t size,
                                        std::uint32_t inspected, bool all_there, bool is_file) {
  if (size == inspected) return std::nullopt;
  if (!all_there && size < limits.max_size && size < limits.min_inspect_size) return std::nullopt;
  auto const added = size - inspected;
  // Each piece comes with bytes before it: in small segments these would be all of the work.
  if (!all_there && size < limits.max_size && inspected >= limits.min_inspect_size &&
      added < limits.inspect_window / 4)
    return std::nullopt;
  // A body that was looked at early is shown from its beginning until it has the least size.
  if (inspected < limits.min_inspect_size) return 0;
  if (inspected == limits.min_inspect_size && !is_file) return 0;
  auto const before =
      added < limits.inspect_window ? limits.inspect_window - added : limits.inspect_window / 4;
  return inspected - std::min(inspected, before);
}

std::uint32_t HttpBody::add(HttpBodyLimits const& limits, Bytes bytes) {
  auto const count = std::min(bytes.size, limits.max_size - std::min(limits.max_size, size()));
  bytes_.insert(bytes_.end(), bytes.data, bytes.data + count);
  return count;
}

std::optional<AppBuffer> HttpBody::piece(HttpBodyLimits const& limits, bool all_there,
                                         bool is_file) const {
  auto const begin = next_piece(limits, size(), inspected_, all_there, is_file);
  if (!begin) return std::nullopt;
  return AppBuffer{from(*begin), *begin};
}

void HttpBody::set_inspected(HttpBodyLimits const& limits, bool all_there, bool keep) {
  if (!next_piece(limits, size(), inspected_, all_there, false)) return;
  inspected_ = size();
  if (keep) return;
  // A later piece begins after this offset, or never comes.
  auto needed = inspected_ > limits.min_inspect_size
                    ? inspected_ - std::min(inspected_, limits.inspect_window)
                    : 0;
  if (inspected_ >= limits.max_size) needed = inspected_;
  auto const unused = needed - std::min(needed, begin_);
  // Moving costs as many bytes as are kept: done when a window or all can go.
  if (unused < limits.inspect_window && needed != inspected_) return;
  bytes_.erase(bytes_.begin(), bytes_.begin() + unused);
  begin_ += unused;
}

void HttpBody::clear() {
  bytes_.clear();
  begin_ = inspected_ = 0;
}

}  // namespace warpline::ids
