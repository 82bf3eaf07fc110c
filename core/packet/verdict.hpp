// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace warpline {

/// The index of a drop reason, the same for all elements that use its name. Thread-safe.
class DropReason {
 public:
  static constexpr std::uint16_t kMax = 256;

  /// Finds `name` (a string of static storage), or registers it. Takes a lock: not for the data
  /// path.
  static DropReason named(std::string_view name);
  /// Number of registered names.
  static std::uint16_t count();
  /// The reason with that index, which must be less than `count()`.
  static constexpr DropReason at(std::uint16_t index) { return DropReason(index); }

  std::string_view name() const;
  std::uint16_t index() const { return index_; }
  friend bool operator==(DropReason, DropReason) = default;

 private:
  friend struct Verdict;
  explicit constexpr DropReason(std::uint16_t index) : index_(index) {}
  std::uint16_t index_;
};

/// What happens to one packet: it leaves on an output port or is dropped with a reason.
struct Verdict {
  static constexpr std::uint16_t kDrop = 0x8000;
  std::uint16_t value;

  constexpr bool is_drop() const { return (value & kDrop) != 0; }
  constexpr std::uint16_t port() const { return value; }
  constexpr DropReason reason() const {
    return DropReason(static_cast<std::uint16_t>(value & ~kDrop));
  }
  friend constexpr bool operator==(Verdict, Verdict) = default;
};

/// The packet leaves on output `port`.
constexpr Verdict forward(unsigned port = 0) { return {static_cast<std::uint16_t>(port)}; }

/// The packet is dropped for a reason known only at run time.
inline Verdict drop(DropReason reason) {
  return {static_cast<std::uint16_t>(Verdict::kDrop | reason.index())};
}

/// A string literal as a template argument.
template <std::size_t N>
struct Literal {
  char text[N]{};
  consteval Literal(char const (&literal)[N]) { std::copy_n(literal, N, text); }
  constexpr std::string_view view() const { return {text, N - 1}; }
};

namespace detail {
template <Literal kName>
inline DropReason const drop_reason = DropReason::named(kName.view());
}

/// Drops the packet and counts it under this name: `return drop<"ttl_expired">();` The name is
/// registered before `main`; a call costs one load.
template <Literal kName>
inline Verdict drop() {
  return drop(detail::drop_reason<kName>);
}

}  // namespace warpline
