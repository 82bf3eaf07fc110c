// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/net/wire.hpp"
#include "elements/ipsec/config/sa_file.hpp"
#include "tests/elements/ipsec/frames.hpp"
#include "tests/elements/ipsec/raw_sa.hpp"

namespace warpline::ipsec::testing {

/// The far end of a tunnel, by OpenSSL and the RFCs alone: it knows the raw keys.
struct Peer : RawSa {
  std::uint32_t spi;

  static Peer random(Suite suite, std::uint32_t spi, std::mt19937& random) {
    return {RawSa::random(suite, false, random), spi};
  }

  /// The line of an SA file; `more` is appended.
  std::string line(std::string const& more = "") const {
    auto const& about = info(suite);
    auto const secret = " 0x" + to_hex(key) + to_hex(salt);
    auto const bits = std::to_string(8 * about.icv_size);
    return "src 10.0.0.1 dst 10.0.0.2 proto esp mode tunnel spi " + std::to_string(spi) +
           (about.aead() ? " aead " : " enc ") + std::string(about.cipher) + secret +
           (about.aead() ? " " + bits
                         : " auth-trunc " + std::string(about.authentication) + " 0x" +
                               to_hex(authentication) + " " + bits) +
           " " + more + "\n";
  }

  struct Opened {
    ipv4::Header outer;
    std::uint32_t sequence;
    std::uint64_t iv;  ///< what it was made of: 0 without an IV field
    std::uint8_t next_header;
    Octets inner;
  };

  /// Verifies and decrypts. Throws `std::runtime_error` with the reason.
  Opened open(Octets const& frame) const {
    auto const require = [](bool condition, char const* what) {
      if (!condition) throw std::runtime_error(what);
    };
    std::size_t const icv = info(suite).icv_size, iv = info(suite).iv_size;
    require(frame.size() >= 14 + 20 + 8 + iv + 2 + icv, "too short");
    require(frame[12] == 0x08 && frame[13] == 0x00, "not IPv4 in Ethernet");
    Opened opened{};
    std::memcpy(&opened.outer, &frame[14], sizeof(opened.outer));
    require(internet_sum({&frame[14], 20}) == 0xffff, "outer checksum");
    require(opened.outer.version_ihl == 0x45, "outer version");
    require(opened.outer.protocol == 50, "outer protocol");
    require(opened.outer.total_length.host() == frame.size() - 14, "outer length");
    Octets const esp(frame.begin() + 34, frame.end());
    require(load_be32(esp.data()) == spi, "SPI");
    opened.sequence = load_be32(&esp[4]);
    require((esp.size() - 8 - iv - icv) % info(suite).block == 0, "alignment of the trailer");
    auto const whole = clear(esp);
    require(seal(whole) == esp, "integrity value");
    if (iv > 0)
      opened.iv =
          static_cast<std::uint64_t>(load_be32(&whole[iv])) << 32 | load_be32(&whole[4 + iv]);
    if (iv == 16)
      for (std::size_t i = 8; i < 16; ++i) require(whole[i] == 0, "IV before its encryption");
    Octets const plain(whole.begin() + 8 + static_cast<std::ptrdiff_t>(iv),
                       whole.end() - static_cast<std::ptrdiff_t>(icv));
    opened.next_header = plain.back();
    std::size_t const pad = plain[plain.size() - 2];
    require(pad < info(suite).block, "more padding than alignment needs");
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
