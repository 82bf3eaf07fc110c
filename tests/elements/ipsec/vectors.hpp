// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <fstream>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/hex.hpp"
#include "elements/ipsec/crypto/bytes.hpp"

namespace warpline::ipsec::testing {

using Octets = std::vector<std::uint8_t>;

namespace detail {
inline std::string trimmed(std::string const& text) {
  auto const first = text.find_first_not_of(" \t\r");
  auto const last = text.find_last_not_of(" \t\r");
  return first == std::string::npos ? "" : text.substr(first, last - first + 1);
}
}  // namespace detail

inline Octets from_hex(std::string_view digits) {
  Octets bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    bytes.push_back(
        static_cast<std::uint8_t>(std::stoul(std::string(digits.substr(i, 2)), nullptr, 16)));
  return bytes;
}

inline std::string to_hex(std::span<std::uint8_t const> bytes) {
  std::string digits;
  for (auto const byte : bytes) append_hex(digits, byte);
  return digits;
}

inline std::string to_hex(std::span<std::uint32_t const> big_endian_words) {
  Octets bytes(4 * big_endian_words.size());
  for (std::size_t i = 0; i < big_endian_words.size(); ++i)
    store_be32(&bytes[4 * i], big_endian_words[i]);
  return to_hex(bytes);
}

/// One record of a NIST or RFC vector file: its `NAME = VALUE` lines, those in brackets
/// before it, and as `section` a bracketed name.
using Vector = std::map<std::string, std::string>;

/// The records of a file of Debian's python3-cryptography-vectors, where `last` is each record's
/// last name; none where the package is absent.
inline std::optional<std::vector<Vector>> read_vectors(std::string const& file,
                                                       std::string const& last) {
  std::ifstream in("/usr/lib/python3/dist-packages/cryptography_vectors/" + file);
  if (!in) return std::nullopt;
  std::vector<Vector> vectors;
  Vector section, record;
  for (std::string line; std::getline(in, line);) {
    line = detail::trimmed(line);
    if (line.empty() || line[0] == '#') continue;
    bool const bracketed = line[0] == '[';
    if (bracketed) line = line.substr(1, line.size() - 2);
    auto const equals = line.find('=');
    if (equals == std::string::npos) {
      section["section"] = line;
      record.clear();
      continue;
    }
    auto const name = detail::trimmed(line.substr(0, equals));
    (bracketed ? section : record)[name] = detail::trimmed(line.substr(equals + 1));
    if (bracketed || name != last) continue;
    record.insert(section.begin(), section.end());
    vectors.push_back(std::move(record));
    record = {};
  }
  return vectors;
}

/// Skips the test with the reason.
#define WARPLINE_SKIP_WITHOUT(vectors) \
  if (!(vectors)) GTEST_SKIP() << "Debian's python3-cryptography-vectors is not installed"

}  // namespace warpline::ipsec::testing
