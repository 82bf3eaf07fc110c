// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/wire.hpp"
#include "elements/ipsec/sa_file.hpp"
#include "tests/elements/ipsec/frames.hpp"
#include "tests/elements/ipsec/openssl.hpp"

namespace warpline::ipsec::testing {

/// The far end of a tunnel, by OpenSSL and the RFCs alone: it knows the raw keys.
struct Peer {
  Suite suite;
  std::uint32_t spi;
  Octets key;             ///< 16 bytes
  Octets salt;            ///< 4 bytes
  Octets authentication;  ///< 20 bytes

  static Peer random(Suite suite, std::uint32_t spi, std::mt19937& random) {
    return {suite, spi, random_octets(random, 16), random_octets(random, 4),
            random_octets(random, 20)};
  }

  /// The line of an SA file; `more` is appended.
  std::string line(std::string const& more = "") const {
    auto const secret = "0x" + to_hex(key) + to_hex(salt);
    return "src 10.0.0.1 dst 10.0.0.2 proto esp mode tunnel spi " + std::to_string(spi) +
           (suite == Suite::kAes128Gcm
                ? " aead rfc4106(gcm(aes)) " + secret + " 128"
                : " enc rfc3686(ctr(aes)) " + secret + " auth-trunc hmac(sha1) 0x" +
                      to_hex(authentication) + " 96") +
           " " + more + "\n";
  }

  struct Opened {
    ipv4::Header outer;
    std::uint32_t sequence;
    std::uint64_t iv;
    std::uint8_t next_header;
    Octets inner;
  };

  /// Verifies and decrypts. Throws `std::runtime_error` saying what is wrong.
  Opened open(Octets const& frame) const {
    auto const require = [](bool condition, char const* what) {
      if (!condition) throw std::runtime_error(what);
    };
    unsigned const icv = suite == Suite::kAes128Gcm ? 16 : 12;
    require(frame.size() >= 14 + 20 + 8 + 8 + 2 + icv, "too short");
    require(frame[12] == 0x08 && frame[13] == 0x00, "not IPv4 in Ethernet");
    Opened opened{};
    std::memcpy(&opened.outer, &frame[14], sizeof(opened.outer));
    require(internet_sum({&frame[14], 20}) == 0xffff, "outer checksum");
    require(opened.outer.version_ihl == 0x45, "outer version");
    require(opened.outer.protocol == 50, "outer protocol");
    require(opened.outer.total_length.host() == frame.size() - 14, "outer length");
    std::uint8_t const* const esp = &frame[34];
    std::size_t const size = frame.size() - 34;
    require(load_be32(esp) == spi, "SPI");
    opened.sequence = load_be32(esp + 4);
    opened.iv = static_cast<std::uint64_t>(load_be32(esp + 8)) << 32 | load_be32(esp + 12);
    std::span const text(esp + 16, size - 16 - icv);
    require(text.size() % 4 == 0, "alignment of the trailer");
    Octets counter = salt;
    counter.insert(counter.end(), esp + 8, esp + 16);
    Octets plain, code;
    if (suite == Suite::kAes128Gcm) {
      // GCM's keystream is CTR's from counter 2; the code is recomputed from the plaintext.
      auto block = counter;
      block.insert(block.end(), {0, 0, 0, 2});
      plain = openssl_ctr(key, block, text);
      auto const sealed = openssl_gcm(key, counter, {esp, 8}, plain);
      code.assign(sealed.end() - 16, sealed.end());
    } else {
      auto block = counter;
      block.insert(block.end(), {0, 0, 0, 1});
      plain = openssl_ctr(key, block, text);
      code = openssl_hmac_sha1(authentication, {esp, size - icv});
      code.resize(12);
    }
    require(std::equal(code.begin(), code.end(), esp + size - icv), "integrity value");
    opened.next_header = plain.back();
    std::size_t const pad = plain[plain.size() - 2];
    require(pad <= 3, "more padding than alignment needs");
    require(pad + 2 <= plain.size(), "padding longer than the packet");
    for (std::size_t i = 0; i < pad; ++i)
      require(plain[plain.size() - 2 - pad + i] == i + 1, "padding is not 1, 2, 3");
    opened.inner.assign(plain.begin(), plain.end() - 2 - static_cast<std::ptrdiff_t>(pad));
    return opened;
  }
};

/// The SAs of these lines.
inline std::vector<SaConfig> parse_sas(std::string text) {
  return parse_sa_file(Source{"test.sa", std::move(text)});
}

}  // namespace warpline::ipsec::testing
