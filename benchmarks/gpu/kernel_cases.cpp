// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "benchmarks/gpu/prepared.hpp"
#include "core/element/registry.hpp"
#include "elements/ipsec/model/suite.hpp"
#include "measure/test_sas.hpp"

namespace warpline::bench {
namespace {

constexpr unsigned kTunnels = 256;
/// All suites would take too long at every size.
std::vector<unsigned> const kFewSizes = {64, 1408};

/// SAs of one suite for both directions, one for each of 256 parts of 10.1.0.0/16, without replay
/// windows, so that packets can be decrypted again and again.
std::string write_sas(ScratchFolder const& folder, ipsec::SuiteInfo const& suite) {
  auto const path = folder.path() + "/" + std::string(suite.name) + ".sa";
  write_test_sas(path, suite, kTunnels, "replay-window 0");
  return '"' + path + '"';
}

constexpr auto const* kUncounted = "instructions not counted: the floor is the memory's alone";

/// Every suite in both directions; `calculated` has those whose instructions were counted.
void add_suites(std::vector<KernelCase>& cases, std::vector<KernelCase> const& calculated,
                ScratchFolder const& folder) {
  for (auto const& suite : ipsec::suites()) {
    auto const sas = write_sas(folder, suite);
    std::string const name(suite.name);
    auto const encrypt = "IPsecEncrypt(" + name + ", " + sas + ")";
    auto const entry = std::find_if(
        calculated.begin(), calculated.end(),
        [&](KernelCase const& kernel_case) { return kernel_case.name == "IPsecEncrypt " + name; });
    KernelCase out{"IPsecEncrypt " + name, "", "random", 0, kUncounted, kFewSizes};
    if (entry != calculated.end()) out = *entry;
    out.pipeline = "e :: " + encrypt;
    cases.push_back(std::move(out));
    cases.push_back({"IPsecDecrypt " + name, encrypt + " -> e :: IPsecDecrypt(" + sas + ")",
                     "random", 0, kUncounted, kFewSizes});
  }
}

}  // namespace

// The bytes per clock of a multiprocessor were computed from the minimum number of instructions of
// the algorithm: 32 shared-memory words or 64 integer operations in one clock.
std::vector<KernelCase> kernel_cases(ScratchFolder const& folder) {
  auto const ctr = write_sas(folder, ipsec::info(ipsec::Suite::kAes128CtrHmacSha1));
  std::vector<KernelCase> cases{
      {"FlowHash", "e :: FlowHash", "random", 0, ""},
      {"IPsecAES", "IPsecESPencap(" + ctr + ") -> e :: IPsecAES(" + ctr + ")", "random", 2.99,
       "171 shared-memory reads per 32 AES blocks"},
      {"IPsecAuthHMACSHA1", "IPsecESPencap(" + ctr + ") -> e :: IPsecAuthHMACSHA1(" + ctr + ")",
       "random", 6.6, "310 integer issues per 32 SHA-1 blocks of 64 bytes"}};
  add_suites(cases,
             {{"IPsecEncrypt aes128-gcm", "", "random", 1.86,
               "AES and GHASH without tables for it: 276 integer issues per 32 blocks"},
              {"IPsecEncrypt aes128-ctr-hmac-sha1-96", "", "random", 2.28,
               "AES and SHA-1: 224 integer issues per 32 blocks"}},
             folder);
  for (auto const* payload : {"random", "text"})
    cases.push_back({"IDSMatch, 3,000 patterns", "e :: IDSMatch(SYNTHETIC 3000)", payload, 9.1,
                     "a shared-memory read a byte, three to four to a bank at once"});
  for (auto const& name : Registry::instance().names()) {
    auto const known = [&](KernelCase const& kernel_case) {
      return kernel_case.name.starts_with(name);
    };
    if (Registry::instance().find(name)->offloadable &&
        std::none_of(cases.begin(), cases.end(), known))
      cases.push_back({name, "", "random", 0, ""});
  }
  return cases;
}

}  // namespace warpline::bench
