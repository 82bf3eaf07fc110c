// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <fstream>

#include "benchmarks/gpu/prepared.hpp"
#include "core/registry.hpp"

namespace warpline::bench {
namespace {

constexpr unsigned kTunnels = 256;

/// An SA with keys that everybody may know for each of 256 parts of 10.1.0.0/16.
std::string write_sas(ScratchFolder const& folder, std::string const& name, bool aead) {
  auto const path = folder.path() + "/" + name;
  std::ofstream file(path);
  for (unsigned i = 0; i < kTunnels; ++i) {
    char line[512];
    std::snprintf(line, sizeof line,
                  "src 192.0.2.1 dst 198.51.100.%u proto esp spi 0x%x mode tunnel\n"
                  "  %s 0x%08x0f0e0d0c0b0a0908070605041c1d1e1f%s\n%s"
                  "  sel src 0.0.0.0/0 dst 10.1.%u.0/24\n",
                  i, 0x1000 + i, aead ? "aead 'rfc4106(gcm(aes))'" : "enc 'rfc3686(ctr(aes))'", i,
                  aead ? " 128" : "",
                  aead ? ""
                       : "  auth-trunc 'hmac(sha1)' 0x000102030405060708090a0b0c0d0e0f10111213 "
                         "96\n",
                  i);
    file << line;
  }
  if (!file.flush()) throw std::runtime_error(path + ": cannot be written");
  return path;
}

}  // namespace

// The bytes that a multiprocessor can do in a clock were counted from the instructions that the
// algorithm needs at the least: 32 shared-memory words or 64 integer operations in one clock.
std::vector<KernelCase> kernel_cases(ScratchFolder const& folder) {
  auto const gcm = write_sas(folder, "gcm.sa", true);
  auto const ctr = write_sas(folder, "ctr.sa", false);
  std::vector<KernelCase> cases{
      {"FlowHash", "e :: FlowHash", "random", 0, ""},
      {"IPsecEncrypt aes128-gcm", "e :: IPsecEncrypt(aes128-gcm, \"" + gcm + "\")", "random", 1.86,
       "AES and GHASH without tables for it: 276 integer issues per 32 blocks"},
      {"IPsecEncrypt aes128-ctr-hmac-sha1-96",
       "e :: IPsecEncrypt(aes128-ctr-hmac-sha1-96, \"" + ctr + "\")", "random", 2.28,
       "AES and SHA-1: 224 integer issues per 32 blocks"},
      {"IPsecAES", "IPsecESPencap(\"" + ctr + "\") -> e :: IPsecAES(\"" + ctr + "\")", "random",
       2.99, "171 shared-memory reads per 32 AES blocks"},
      {"IPsecAuthHMACSHA1",
       "IPsecESPencap(\"" + ctr + "\") -> e :: IPsecAuthHMACSHA1(\"" + ctr + "\")", "random", 6.6,
       "310 integer issues per 32 SHA-1 blocks of 64 bytes"}};
  for (auto const* payload : {"random", "text"})
    cases.push_back({"IDSMatch, 3,000 patterns", "e :: IDSMatch(SYNTHETIC 3000)", payload, 9.1,
                     "a shared-memory read a byte, three to four to a bank at once"});
  for (auto const& name : Registry::instance().names()) {
    auto const known = [&](KernelCase const& each) { return each.name.starts_with(name); };
    if (Registry::instance().find(name)->offloadable &&
        std::none_of(cases.begin(), cases.end(), known))
      cases.push_back({name, "", "random", 0, ""});
  }
  return cases;
}

}  // namespace warpline::bench
