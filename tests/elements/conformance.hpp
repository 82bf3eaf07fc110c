// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "tests/support/pipeline_runner.hpp"

namespace warpline::test {

/// A pipeline with an offloadable element; empty for a class without a configuration.
struct ConformanceCase {
  std::string name;
  std::string pipeline;
  /// For the names of tests that fail.
  friend std::ostream& operator<<(std::ostream& out, ConformanceCase const& test_case) {
    return out << test_case.pipeline;
  }
};

/// Every registered offloadable element in each of its configurations, and segments of several.
std::vector<ConformanceCase> conformance_cases();

/// A frame of that length: most often a correct one, else one that something is wrong with.
Frame frame_of(std::mt19937_64& random, std::size_t length);

/// Packets, order and drops are the same.
void expect_same(Outcome const& given, Outcome const& expected);

}  // namespace warpline::test
