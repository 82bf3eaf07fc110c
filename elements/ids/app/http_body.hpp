// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/bytes.hpp"
#include "elements/ids/app/app_session.hpp"
#include "elements/ids/app/http_session.hpp"

namespace warpline::ids {

/// Where the piece of a body begins that rules should see next; empty if there is nothing to see.
/// `size`: of the body so far. `inspected`: bytes that rules have seen; the new bytes come with a
/// part of these, so that a match may begin there. `all_there`: no more bytes are needed. `is_file`:
/// for `file.data`, for which Suricata leaves out the first bytes one step earlier.
std::optional<std::uint32_t> next_piece(HttpBodyLimits const& limits, std::uint32_t size,
                                        std::uint32_t inspected, bool all_there, bool is_file);

/// The first bytes of a body, without transfer and content coding. Forgets bytes that no rule needs.
class HttpBody {
 public:
  /// Takes bytes up to the limit. Returns how many.
  std::uint32_t add(HttpBodyLimits const& limits, Bytes bytes);
  /// The bytes from an offset on, which must not be forgotten.
  Bytes from(std::uint32_t offset) const {
    return {bytes_.data() + (offset - begin_), size() - offset};
  }
  /// What rules should see now. `all_there`: no more bytes are needed for that.
  std::optional<AppBuffer> piece(HttpBodyLimits const& limits, bool all_there, bool is_file) const;
  /// Rules have seen the piece. `keep`: forget nothing.
  void set_inspected(HttpBodyLimits const& limits, bool all_there, bool keep);
  /// Makes the body empty. Keeps memory.
  void clear();

  /// Of the whole body so far.
  std::uint32_t size() const { return begin_ + static_cast<std::uint32_t>(bytes_.size()); }
  std::size_t memory() const { return bytes_.capacity(); }

 private:
  std::vector<std::uint8_t> bytes_;
  std::uint32_t begin_ = 0, inspected_ = 0;
};

}  // namespace warpline::ids
