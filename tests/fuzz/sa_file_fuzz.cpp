// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <cctype>
#include <cstdint>
#include <string>

#include "elements/ipsec/sa_file.hpp"
#include "tests/fuzz/require.hpp"

namespace {

using warpline::Diagnostic;
using warpline::Source;
using warpline::fuzz::require;

void check(Source const& source, Diagnostic const& diagnostic) {
  auto const [line, column] = diagnostic.position;
  require(line == 0 || (column > 0 && column <= source.line(line).size() + 1), "a place");
  std::size_t digits = 0;
  for (char const c : diagnostic.source->text) {
    digits = std::isxdigit(static_cast<unsigned char>(c)) ? digits + 1 : 0;
    require(digits <= 8, "no key in what is shown");
  }
}

}  // namespace

/// Any bytes: SAs that are complete and a table of their selectors, or errors with places, none of
/// which shows a key.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  Source const source{"fuzz.sa", std::string(reinterpret_cast<char const*>(data), size)};
  try {
    auto const sas = warpline::ipsec::parse_sa_file(source);
    require(!sas.empty(), "an SA");
    for (auto const& sa : sas) {
      auto const& suite = warpline::ipsec::info(sa.suite);
      require(sa.spi >= 0x100 && sa.form.source.version == sa.form.destination.version,
              "a whole SA");
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
