// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/elements/ids/evasion/cases.hpp"

#include <htp/htp.h>

#include <cstdio>

namespace warpline::ids::testing {
namespace {

bool has_old_libhtp() {
  int major = 0, minor = 0, patch = 0;
  std::sscanf(htp_get_version(), "LibHTP v%d.%d.%d", &major, &minor, &patch);
  return major == 0 && minor == 5 && patch < 50;
}

}  // namespace

Sids const& expected_of(EvasionCase const& test) {
  return test.with_old_libhtp && has_old_libhtp() ? *test.with_old_libhtp : test.expected;
}

}  // namespace warpline::ids::testing
