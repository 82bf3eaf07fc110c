// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>

namespace warpline {

/// One version of a table: complete and immutable before a worker sees it. It owns its copies on
/// devices (`PerDevice`, `Replicated`), which are released with it.
template <class T>
using Generation = std::shared_ptr<T const>;

/// A table that elements find by name and that is replaced as a whole; see `Shared`.
class SharedTable {
 public:
  virtual ~SharedTable() = default;
};

/// The current generation of a table, kept by the elements that read it: in the `SharedStore` under
/// a name. Control thread only.
template <class T>
class Shared final : public SharedTable {
 public:
  explicit Shared(Generation<T> first) : current_(std::move(first)) {}

  Generation<T> const& current() const { return current_; }
  /// Elements that are built from now on read `next`. `Engine::exchange` brings it to the others.
  void replace(Generation<T> next) { current_ = std::move(next); }

 private:
  Generation<T> current_;
};

/// The objects that one element needs to read one generation: the generation, and memory of the
/// element, such as scratch memory of a matcher.
class Binding {
 public:
  virtual ~Binding() = default;
};

}  // namespace warpline
