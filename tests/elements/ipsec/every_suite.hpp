// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <tuple>

#include "tests/elements/ipsec/raw_sa.hpp"

namespace warpline::ipsec::testing {

/// A test for each suite, without and with extended sequence numbers.
class EverySuite : public ::testing::TestWithParam<std::tuple<unsigned, bool>> {
 protected:
  Suite suite() const { return static_cast<Suite>(std::get<0>(GetParam())); }
  bool esn() const { return std::get<1>(GetParam()); }
  RawSa random_sa() { return RawSa::random(suite(), esn(), random_); }
  Octets random_octets(std::size_t size) { return testing::random_octets(random_, size); }

  std::mt19937 random_{4303};
};

inline std::string name_of_suite(Suite suite) {
  std::string name(info(suite).name);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

/// Appends to a sealed packet the high half that was in the place of its integrity value.
inline void append_high(Octets& wire, Octets const& clear, RawSa const& sa) {
  auto const offset = clear.size() < sa.icv_size() ? 0 : clear.size() - sa.icv_size();
  for (std::size_t i = offset; i < offset + 4; ++i) wire.push_back(i < clear.size() ? clear[i] : 0);
}

#define WARPLINE_EVERY_SUITE(Tests)                                                            \
  INSTANTIATE_TEST_SUITE_P(                                                                    \
      Suites, Tests, ::testing::Combine(::testing::Range(0u, kSuiteCount), ::testing::Bool()), \
      [](auto const& test_case) {                                                              \
        return testing::name_of_suite(static_cast<Suite>(std::get<0>(test_case.param))) +      \
               (std::get<1>(test_case.param) ? "_esn" : "");                                   \
      })

}  // namespace warpline::ipsec::testing
