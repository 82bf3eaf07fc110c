// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <vector>

#include "elements/ipsec/policy/flow_rule.hpp"

namespace warpline::ipsec {

/// One field of rules: the rules that match each value, as a bit per rule.
///
/// The values between two neighbouring ends of the rules' ranges match the same rules and share a
/// row. A row is a summary, one bit for 64 rules if some match, and the numbers of lines of 512
/// rules; equal lines are stored once. Neighbouring rows differ in few lines, so that n rules need
/// about 2n lines. `kWords`: words of a value, the first is the highest.
template <std::size_t kWords>
class BitVectorField {
 public:
  using Value = std::array<std::uint64_t, kWords>;
  /// Values from `first` to `last`, both included.
  struct Range {
    Value first, last;
  };

  BitVectorField() = default;
  /// One range a rule, in order.
  explicit BitVectorField(std::span<Range const> ranges);

  bool is_trivial() const { return bounds_.size() == 1; }
  std::uint64_t const* row(std::size_t index) const { return rows_.data() + index * stride_; }
  std::uint64_t const* line(std::uint32_t number) const { return lines_[number].words.data(); }

  /// The rows of `values`, with the searches in step.
  void find(std::span<Value const> values, std::uint32_t* rows) const noexcept;

 private:
  struct alignas(64) Line {
    std::array<std::uint64_t, 8> words{};
  };

  std::pmr::vector<Value> bounds_;  // the first value of each row; the first is zero
  std::pmr::vector<std::uint64_t> rows_;
  std::size_t stride_ = 0;
  std::pmr::vector<Line> lines_;
};

/// Aggregated bit vectors: looks up each field by itself and combines the rows from the first rule
/// on.
///
/// For rules with many combinations of masks, or with many ranges of ports for one key, for which
/// `TupleSpace` has too much to probe. A look-up costs a binary search per field and at most one
/// step for 64 rules. Memory for n rules: at most about 640 n + n * n / 25 bytes, 10 MB for 10,000.
/// Read-only after construction. `kAddressWords`: 1 for IPv4, 2 for IPv6.
template <std::size_t kAddressWords>
class BitVectors {
 public:
  /// Packets looked up side by side.
  static constexpr std::size_t kBurst = 32;

  explicit BitVectors(std::span<FlowRule const> rules);

  /// The indices of the first matches, or `kNoMatch`; at most `kBurst` packets.
  void find(std::span<FlowKey const> packets, std::uint32_t* matches) const noexcept;

 private:
  static constexpr unsigned kFields = 5;
  struct Rows {
    std::uint32_t of[kFields][kBurst];
  };

  std::uint32_t first_match(Rows const& rows, std::size_t packet) const noexcept;

  BitVectorField<kAddressWords> source_, destination_;
  BitVectorField<1> protocol_, source_port_, destination_port_;
  std::size_t summary_words_;
};

extern template class BitVectors<1>;
extern template class BitVectors<2>;

}  // namespace warpline::ipsec
