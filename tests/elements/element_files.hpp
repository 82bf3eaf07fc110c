// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "core/element/registry.hpp"
#include "elements/ipsec/model/suite.hpp"
#include "tests/support/scoped.hpp"

namespace warpline::test {

/// The files that the examples in doc blocks and the configurations of the conformance test name,
/// in a folder of their own, which is the current folder for as long as this lives.
class ElementFiles {
 public:
  ElementFiles() {
    for (auto const* folder : {"sa", "rules"})
      std::filesystem::create_directory(folder_.path(folder));
    folder_.write("sa/gateway.sa", sas());
    // Short enough to be found in random bytes.
    folder_.write(
        "rules/web.rules",
        "alert udp any any -> any any (content:\"a\"; content:\"b\"; distance:0; sid:1;)\n"
        "alert tcp any any -> any any (content:\"|00 00|\"; sid:2;)\n"
        "drop ip any any -> any any (dsize:>1000; sid:3;)\n");
    folder_.write("rules/many.rules", many_rules());
    folder_.write("rules/web.patterns",
                  "content:\"|00 01|\"; sid:1;\ncontent:\"|ff|A\"; nocase; sid:2;\n"
                  "content:\"ab\"; nocase; sid:3;\ncontent:\"|7f 7f|\"; sid:4;\n"
                  "content:\"abc\"; sid:5;\ncontent:\"|01 02 03|\"; sid:6;\n");
    std::filesystem::current_path(folder_.path("."));
  }
  ~ElementFiles() { std::filesystem::current_path(before_); }
  ElementFiles(ElementFiles const&) = delete;
  ElementFiles& operator=(ElementFiles const&) = delete;

  /// The name that a pipeline in the folder has.
  std::string pipeline_name() const { return folder_.path("test.click"); }

 private:
  /// More patterns than a result holds are found in long random bytes; one of them drops.
  static std::string many_rules() {
    std::string all;
    for (unsigned byte = 0; byte < 32; ++byte) {
      char const* const digits = "0123456789abcdef";
      all += byte == 31 ? "drop" : "alert";
      all += std::string(" ip any any -> any any (content:\"|") + digits[byte >> 4] +
             digits[byte & 15] + "|\"; sid:" + std::to_string(byte + 1) + ";)\n";
    }
    return all;
  }
  /// Two SAs of every suite, for three quarters of all addresses; the others have no SA.
  static std::string sas() {
    std::string all;
    unsigned spi = 0x1000;
    for (auto const& suite : ipsec::suites())
      for (std::string const to : {"0.0.0.0/1", "128.0.0.0/2"}) {
        // No two may share a key.
        auto const key = [unit = std::to_string(++spi)](unsigned size) {
          std::string digits;
          while (digits.size() < 2 * size) digits += unit;
          return " 0x" + digits.substr(0, 2 * size);
        };
        all += "src 10.0.0.1 dst 10.0.0.2 proto esp mode tunnel spi " + std::to_string(spi) +
               (suite.aead() ? "\n  aead " : "\n  enc ") + std::string(suite.cipher) +
               key(suite.key_size + suite.salt_size);
        if (!suite.aead())
          all += "\n  auth-trunc " + std::string(suite.authentication) +
                 key(suite.authentication_key_size);
        all += " " + std::to_string(8 * suite.icv_size) + "\n  sel src 0.0.0.0/0 dst " + to + "\n";
      }
    return all;
  }

  std::filesystem::path before_ = std::filesystem::current_path();
  ScopedFolder folder_;
};

/// Whether the class belongs to a test, not to the program.
inline bool is_test_element(Registry::Entry const& entry) {
  return std::string(entry.file).find("tests/") != std::string::npos;
}

}  // namespace warpline::test
