// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <cctype>
#include <cstdint>
#include <string>
#include <vector>

#include "elements/ipsec/config/sa_file.hpp"
#include "tests/fuzz/require.hpp"

namespace {

using warpline::Diagnostic;
using warpline::Source;
using warpline::fuzz::require;

/// No key: only an SPI may have more than 7 digits.
void check_shown(std::string const& text) {
  constexpr std::size_t kMaxDigits = 7, kMaxSpiDigits = 10;
  auto const is_digit = [](char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; };
  for (std::size_t begin = 0; begin < text.size();) {
    auto end = begin;
    while (end < text.size() && is_digit(text[end])) ++end;
    auto const digits = end - begin;
    if (digits > kMaxDigits) {
      auto word = begin;
      while (word > 0 && std::isalnum(static_cast<unsigned char>(text[word - 1]))) --word;
      while (word > 0 && !std::isalnum(static_cast<unsigned char>(text[word - 1]))) --word;
      auto const name = word >= 3 ? text.substr(word - 3, 3) : std::string();
      require(digits <= kMaxSpiDigits && (name == "spi" || name == "SPI"),
              "no key in what is shown");
    }
    begin = end + 1;
  }
}

void check(Source const& source, Diagnostic const& diagnostic) {
  auto const [line, column] = diagnostic.position;
  require(line == 0 || (column > 0 && column <= source.line(line).size() + 1), "a place");
  check_shown(diagnostic.source->text);
  check_shown(diagnostic.message);
}

}  // namespace

/// Any bytes: SAs that are complete and a table of their selectors, or errors with places. No error
/// shows a key.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  Source const source{"fuzz.sa", std::string(reinterpret_cast<char const*>(data), size)};
  try {
    std::vector<Diagnostic> notes;
    auto const sas = warpline::ipsec::parse_sa_file(source, &notes);
    for (auto const& note : notes) check(source, note);
    require(!sas.empty(), "an SA");
    for (auto const& sa : sas) {
      auto const& suite = warpline::ipsec::info(sa.suite);
      require(sa.spi != 0 && sa.form.source.version == sa.form.destination.version, "a whole SA");
      require(sa.key.bytes().size() == std::size_t{suite.key_size} + suite.salt_size &&
                  sa.authentication.bytes().size() == suite.authentication_key_size,
              "keys of the suite");
      require(sa.replay_window == 0 || (sa.replay_window >= 32 && sa.replay_window <= 4096),
              "a window");
    }
  } catch (warpline::ConfigError const& error) {
    require(!error.diagnostics().empty(), "an error");
    for (auto const& diagnostic : error.diagnostics()) check(source, diagnostic);
  }
  return 0;
}
