// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "core/registry.hpp"
#include "tests/support/scoped.hpp"

namespace warpline::test {

/// The files that the examples in doc blocks and the configurations of the conformance test name,
/// in a folder of their own.
class ElementFiles {
 public:
  ElementFiles() {
    for (auto const* folder : {"sa", "rules"})
      std::filesystem::create_directory(folder_.path(folder));
    folder_.write("sa/gateway.sa",
                  // Three quarters of all addresses; the others have no SA.
                  "src 10.0.0.1 dst 10.0.0.2 proto esp spi 0x1001 mode tunnel\n"
                  "  aead rfc4106(gcm(aes)) 0x00112233445566778899aabbccddeeff01020304 128\n"
                  "  sel src 0.0.0.0/0 dst 0.0.0.0/1\n"
                  "src 10.0.0.1 dst 10.0.0.3 proto esp spi 0x1002 mode tunnel\n"
                  "  aead rfc4106(gcm(aes)) 0xffeeddccbbaa9988776655443322110005060708 128\n"
                  "  sel src 0.0.0.0/0 dst 128.0.0.0/2\n"
                  "src 10.0.0.1 dst 10.0.0.4 proto esp spi 0x1003 mode tunnel\n"
                  "  enc rfc3686(ctr(aes)) 0x00112233445566778899aabbccddeeff01020304\n"
                  "  auth-trunc hmac(sha1) 0x0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b 96\n"
                  "  sel src 0.0.0.0/0 dst 0.0.0.0/1\n"
                  "src 10.0.0.1 dst 10.0.0.5 proto esp spi 0x1004 mode tunnel\n"
                  "  enc rfc3686(ctr(aes)) 0xffeeddccbbaa9988776655443322110005060708\n"
                  "  auth-trunc hmac(sha1) 0x000102030405060708090a0b0c0d0e0f10111213 96\n"
                  "  sel src 0.0.0.0/0 dst 128.0.0.0/2\n");
    // Short enough to be found in random bytes.
    folder_.write("rules/web.patterns",
                  "content:\"|00 01|\"; sid:1;\ncontent:\"|ff|A\"; nocase; sid:2;\n"
                  "content:\"ab\"; nocase; sid:3;\ncontent:\"|7f 7f|\"; sid:4;\n"
                  "content:\"abc\"; sid:5;\ncontent:\"|01 02 03|\"; sid:6;\n");
  }

  /// The name that a pipeline in the folder has.
  std::string pipeline_name() const { return folder_.path("test.click"); }

 private:
  ScopedFolder folder_;
};

/// Whether the class belongs to a test, not to the program.
inline bool is_test_element(Registry::Entry const& entry) {
  return std::string(entry.file).find("tests/") != std::string::npos;
}

}  // namespace warpline::test
