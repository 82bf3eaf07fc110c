// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "elements/ipsec/config/sa_cursor.hpp"
#include "elements/ipsec/model/sa_config.hpp"

namespace warpline::ipsec {

/// Reads the sequence numbers in an SA file: `replay-seq` and similar fields, and the state that
/// `ip xfrm state` prints after `anti-replay`.
class SaReplay {
 public:
  /// `is_field`: returns whether a word begins another field of an SA.
  SaReplay(SaCursor& cursor, std::function<bool(std::string_view)> is_field)
      : cursor_(cursor), is_field_(std::move(is_field)) {}

  /// Reads the value of `replay-seq`, `replay-seq-hi`, `replay-oseq` or `replay-oseq-hi`.
  void read_number(Word const& field);
  /// Reads the words after `anti-replay`.
  void read_context(Word const& field);

  /// Returns whether a high half other than 0 was read.
  bool has_high_half() const { return high_received_ != 0 || high_sent_ != 0; }
  /// Sets the values that were read; a window only if one was read.
  void apply(SaConfig& sa) const;

 private:
  std::optional<std::uint32_t> number(Word const& name, std::string const& expected);
  bool read_bitmap(Word const& name);
  std::uint32_t* place_of(std::string_view name);

  SaCursor& cursor_;
  std::function<bool(std::string_view)> is_field_;
  std::uint32_t received_ = 0, high_received_ = 0, sent_ = 0, high_sent_ = 0;
  std::optional<std::uint32_t> window_;  // packets, as printed
  std::vector<std::uint32_t> bits_;      // of `bitmap`
  std::vector<std::uint32_t> ring_;      // of the longer form
};

}  // namespace warpline::ipsec
