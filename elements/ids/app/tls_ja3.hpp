// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace warpline::ids::tls {

/// Values that a client may offer to keep servers tolerant (RFC 8701), of two equal bytes.
constexpr bool is_grease(std::uint16_t value) {
  return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}

/// The fingerprint JA3 of a ClientHello, or JA3S of a ServerHello: numbers of its fields, those of a
/// field with dashes between them, fields with commas; and the MD5 digest of this text.
class Ja3 {
 public:
  void clear();
  /// A number of the field that is written now.
  void add(std::uint16_t number) { add(text_, number); }
  void next_field() { text_ += ','; }
  /// Numbers of the last fields, in the order of the extensions.
  void add_extension(std::uint16_t type) { add(extensions_, type); }
  void add_group(std::uint16_t group) { add(groups_, group); }
  void add_point_format(std::uint8_t format) { add(formats_, format); }
  /// Appends the extensions, of a client also the groups and point formats, and makes the digest.
  void finish(bool client);

  /// Empty before a hello; of one that is not valid, the fields before the fault.
  std::string_view text() const { return text_; }
  /// 32 hexadecimal digits; empty before `finish`.
  std::string_view hash() const { return hash_; }
  std::size_t memory() const;

 private:
  static void add(std::string& field, std::uint16_t number);

  std::string text_, hash_, extensions_, groups_, formats_;
};

}  // namespace warpline::ids::tls
