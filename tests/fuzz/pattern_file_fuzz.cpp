// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include "elements/ids/pattern_file.hpp"
#include "tests/fuzz/require.hpp"

namespace {

using warpline::fuzz::require;

warpline::ids::PatternSet parse(std::string text) {
  return warpline::ids::parse_patterns(
      std::make_shared<warpline::Source>(warpline::Source{"fuzz", std::move(text)}));
}

/// The pattern as a line, every byte in hex.
std::string as_line(warpline::ids::Pattern const& pattern) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string line = "content:\"|";
  for (char const byte : pattern.bytes) {
    auto const c = static_cast<unsigned char>(byte);
    line += kDigits[c >> 4];
    line += kDigits[c & 15];
  }
  line += pattern.nocase ? "|\"; nocase; sid:" : "|\"; sid:";
  return line + std::to_string(pattern.sid) + ";\n";
}

}  // namespace

/// A text is refused with a reason, or what was read from it reads the same when written out again.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  try {
    auto const set = parse({reinterpret_cast<char const*>(data), size});
    std::string text;
    for (auto const& pattern : set.patterns) text += as_line(pattern);
    auto const again = parse(text);
    require(again.patterns.size() == set.patterns.size(), "as many patterns");
    for (std::size_t i = 0; i < set.patterns.size(); ++i)
      require(again.patterns[i].bytes == set.patterns[i].bytes &&
                  again.patterns[i].nocase == set.patterns[i].nocase &&
                  again.patterns[i].sid == set.patterns[i].sid,
              "the same pattern");
  } catch (warpline::ConfigError const& error) {
    require(!error.diagnostics().empty(), "an error");
  }
  return 0;
}
