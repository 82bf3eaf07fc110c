// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/bytes.hpp"

namespace warpline::ids::tls {

/// What rules and records have of a certificate (RFC 5280), in the forms of Suricata.
struct Certificate {
  bool is_known = false;
  std::string subject, issuer;        ///< e.g. "C=US, O=Example, CN=www.example.com"
  std::string serial;                 ///< the bytes of the number, e.g. "00:AA:BC"
  std::string fingerprint;            ///< SHA-1, e.g. "1f:20:..."
  std::string not_before, not_after;  ///< UTC, e.g. "2026-11-29T12:35:36"

  void clear();
  std::size_t memory() const;
};

/// Reads a certificate in DER by OpenSSL, which allocates memory; leaves `certificate` unknown if it
/// is not valid.
void read_certificate(Bytes der, Certificate& certificate);

/// Reads certificates and remembers some of them: servers send theirs again and again. One thread.
class CertificateCache {
 public:
  static constexpr std::size_t kEntries = 64;
  static constexpr std::uint32_t kMaxSize = 4096;  ///< of a certificate that is remembered

  /// As `read_certificate`.
  void read(Bytes der, Certificate& certificate);
  /// At most; attributes are longer as text, each by less than this factor.
  static constexpr std::size_t bytes() { return kEntries * kMaxSize * 5; }

 private:
  struct Entry {
    std::vector<std::uint8_t> der;
    Certificate certificate;
  };
  std::array<Entry, kEntries> entries_;
};

}  // namespace warpline::ids::tls
