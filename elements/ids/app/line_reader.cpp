// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/app/line_reader.hpp"

#include <algorithm>
#include <cstring>

namespace warpline::ids {

bool LineReader::next(Bytes& input, Bytes& line) {
  if (is_whole_) clear();
  if (input.size == 0) return false;
  auto const* const feed =
      static_cast<std::uint8_t const*>(std::memchr(input.data, '\n', input.size));
  auto const size = feed == nullptr ? input.size : static_cast<std::uint32_t>(feed - input.data);
  Bytes const part{input.data, size};
  input = input.after(feed == nullptr ? size : size + 1);
  if (feed != nullptr && kept_.empty()) {
    line = {part.data, std::min(part.size, max_)};
    return true;
  }
  auto const kept = std::min<std::size_t>(part.size, max_ - kept_.size());
  kept_.insert(kept_.end(), part.data, part.data + kept);
  if (feed == nullptr) return false;
  line = {kept_.data(), static_cast<std::uint32_t>(kept_.size())};
  is_whole_ = true;
  return true;
}

void LineReader::clear() {
  kept_.clear();
  is_whole_ = false;
}

}  // namespace warpline::ids
