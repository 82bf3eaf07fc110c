// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/base/bytes.hpp"
#include "elements/ids/rules/rule.hpp"
#include "elements/ids/verify/expression.hpp"

namespace warpline::ids {

/// The transforms of a buffer, ready to be applied. Read-only after construction; any number of
/// threads may apply it, each with its own `Memory`.
class TransformChain {
 public:
  /// What one thread needs. It grows to the largest buffer; then nothing is allocated.
  class Memory {
   private:
    friend class TransformChain;
    std::uint8_t* bytes() { return bytes_.data(); }
    /// `buffer` at the beginning of `bytes`, which has room for `size` bytes.
    Bytes own(Bytes buffer, std::size_t size);

    std::vector<std::uint8_t> bytes_;
    ExpressionMatcher expressions_;
  };

  /// Throws `ConfigError` if an expression cannot be compiled.
  explicit TransformChain(Transforms transforms);

  /// The transformed bytes of `buffer`. They are in `memory`, or in `buffer` if nothing changed,
  /// until the next call.
  Bytes apply(Bytes buffer, Memory& memory) const;

  Transforms const& transforms() const { return transforms_; }

 private:
  Transforms transforms_;
  std::vector<std::shared_ptr<Expression const>> expressions_;  // by transform; null: none
};

}  // namespace warpline::ids
