// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/app/tls_certificate.hpp"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include "tests/elements/ids/app/tls_pieces.hpp"

namespace warpline::ids::tls {
namespace {

using test::bytes_of;

std::string read_by_cache(CertificateCache& cache, std::string const& der) {
  Certificate certificate;
  cache.read(bytes_of(der), certificate);
  return certificate.is_known ? certificate.serial + " " + certificate.subject : "";
}

TEST(TlsCertificate, IsReadIfOpensslReadsIt) {
  auto const valid = test::tls::certificate();
  std::string changed;
  unsigned known = 0;
  for (std::size_t i = 0; i < valid.size(); ++i) {
    for (int const bit : {0, 5, 7}) {
      changed = valid;
      changed[i] = static_cast<char>(changed[i] ^ 1 << bit);
      auto const* data = reinterpret_cast<unsigned char const*>(changed.data());
      auto* const parsed = d2i_X509(nullptr, &data, static_cast<long>(changed.size()));
      ERR_clear_error();
      Certificate certificate;
      read_certificate(bytes_of(changed), certificate);
      if (parsed == nullptr) {
        EXPECT_FALSE(certificate.is_known) << i;
      }
      X509_free(parsed);
      known += certificate.is_known;
    }
  }
  EXPECT_GT(known, valid.size() / 2);
}

TEST(TlsCertificate, IsTheSameFromTheCache) {
  CertificateCache cache;
  auto const first = test::tls::certificate();
  auto second = first, broken = first;
  second[second.find("www.example.com")] = 'a';  // its end is the same
  broken[0] = 0;
  for (int round = 0; round < 2; ++round) {
    EXPECT_NE(read_by_cache(cache, first).find("CN=www.example.com"), std::string::npos);
    EXPECT_NE(read_by_cache(cache, first).find("CN=www.example.com"), std::string::npos);
    EXPECT_NE(read_by_cache(cache, second).find("CN=aww.example.com"), std::string::npos);
    EXPECT_EQ(read_by_cache(cache, broken), "");
    EXPECT_EQ(read_by_cache(cache, broken), "");
    EXPECT_EQ(read_by_cache(cache, "short"), "");
  }
}

}  // namespace
}  // namespace warpline::ids::tls
