// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/base/bytes.hpp"

namespace warpline::ids {

/// Whether the bytes are UTF-8 (RFC 3629).
bool is_utf8(Bytes bytes);

/// What stays of text that is not UTF-8, as Suricata writes it.
enum class TextForm : std::uint8_t {
  kPrintable,  ///< printable ASCII and line ends: HTTP
  kAscii,      ///< ASCII, control characters escaped: other applications
};

/// Builds one line of JSON or text in a space of fixed size, without allocation.
///
/// What does not fit is left out, and `overflow()` is true from then on. Functions that take a name
/// put a comma before it unless it is the first of its object. Names and the text of `raw` and
/// `field` must need no escapes. One thread.
class JsonWriter {
 public:
  explicit JsonWriter(std::span<char> space)
      : begin_(space.data()), at_(begin_), end_(begin_ + space.size()) {}

  void clear() {
    at_ = begin_;
    overflow_ = false;
  }
  bool overflow() const { return overflow_; }
  std::string_view text() const { return {begin_, static_cast<std::size_t>(at_ - begin_)}; }

  void raw(std::string_view text);
  void raw(char c) { raw({&c, 1}); }
  void number(std::uint64_t value);
  /// With leading zeros; the last `digits` digits.
  void padded(std::uint64_t value, int digits);
  void hex(std::uint8_t byte);
  /// UTC, as 2020-04-01T12:34:56.123456+0000. `time_ns`: since 1970.
  void time(std::uint64_t time_ns);
  /// UTC, as 04/01/2020-12:34:56.123456, the form of fast.log.
  void fast_time(std::uint64_t time_ns);
  /// `size`: 4 or 16 bytes.
  void address(std::uint8_t const* address, std::size_t size);
  void base64(Bytes bytes);
  /// The content of a JSON string: line ends and printable ASCII as they are, a dot for any other
  /// byte.
  void printable(Bytes bytes);
  /// The content of a JSON string. Text that is not UTF-8 gets \xNN, as text, for each byte that
  /// `form` does not keep.
  void text(Bytes bytes, TextForm form = TextForm::kPrintable);

  void open(char bracket) { raw(bracket); }
  void close(char bracket) { raw(bracket); }
  void name(std::string_view name);
  /// A comma unless it is the first element of its array.
  void element();
  void open(std::string_view name, char bracket);
  void field(std::string_view name, std::string_view value);
  void field(std::string_view name, std::uint64_t value);
  void flag(std::string_view name, bool value);
  void time_field(std::string_view name, std::uint64_t time_ns);
  void address_field(std::string_view name, std::uint8_t const* address, std::size_t size);
  void base64_field(std::string_view name, Bytes bytes);
  void printable_field(std::string_view name, Bytes bytes);
  void text_field(std::string_view name, Bytes bytes, TextForm form = TextForm::kPrintable);

 private:
  bool has(std::size_t size);
  void time_of_day(std::uint64_t time_ns);
  bool opened() const { return at_ == begin_ || at_[-1] == '{' || at_[-1] == '['; }

  char *begin_, *at_, *end_;
  bool overflow_ = false;
};

}  // namespace warpline::ids
