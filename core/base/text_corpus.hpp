// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/random.hpp"

namespace warpline {

/// Writes text of the kinds that unencrypted traffic carries: HTTP requests and responses, HTML,
/// JSON, mail and English-like prose. Some words of its vocabulary are frequent and most are rare.
/// The same seed gives the same text on every machine. One thread at a time.
class TextWriter {
 public:
  explicit TextWriter(std::uint64_t seed) : random_(seed) {}

  /// One piece of a random kind, some hundred bytes long.
  std::string piece();

  /// A word of the vocabulary or a generated one.
  std::string word();

  /// A path of one to four such words, sometimes with a file name extension.
  std::string path();

  /// A uniform number below `bound` (at least 1).
  std::uint32_t below(std::uint32_t bound) { return random_.below(bound); }

 private:
  std::string made_up_word();
  std::string phrase(std::uint32_t words);
  std::string number(std::uint32_t digits);
  std::string token(std::uint32_t size);
  std::string host();
  std::string request();
  std::string response();
  std::string html();
  std::string json();
  std::string form();
  std::string prose();
  std::string mail();
  std::string script();

  Random random_;
};

/// Generates `size` bytes of consecutive pieces, to cut payloads from at any place.
std::string text_corpus(std::uint64_t seed, std::size_t size);

}  // namespace warpline
