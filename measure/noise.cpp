// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "measure/noise.hpp"

#include <cstdlib>
#include <fstream>
#include <thread>
#include <utility>

#include "measure/table.hpp"

namespace warpline::bench {
namespace {

/// Ticks of all processors so far: taken by other virtual machines, and in total.
std::pair<std::uint64_t, std::uint64_t> ticks() {
  constexpr int kSteal = 7, kFields = 8;  // of the line of proc(5) for all processors
  std::ifstream file("/proc/stat");
  std::string name;
  file >> name;
  std::uint64_t stolen = 0, all = 0;
  for (int i = 0; i < kFields; ++i) {
    std::uint64_t value = 0;
    file >> value;
    all += value;
    if (i == kSteal) stolen = value;
  }
  return {stolen, all};
}

}  // namespace

Noise::Noise() {
  if (getloadavg(&load_, 1) != 1) load_ = 0;
  std::tie(stolen_, all_) = ticks();
}

std::vector<std::string> Noise::notices() const {
  std::vector<std::string> notices;
  auto const processors = std::thread::hardware_concurrency();
  if (load_ > 0.5 * processors)
    notices.push_back("noise: other programs were busy when this began (load average " +
                      fixed(load_, 1) + " on " + std::to_string(processors) +
                      " processors); look at the range before you believe a difference");
  auto const [stolen, all] = ticks();
  auto const passed = static_cast<double>(all - all_);
  auto const share = passed > 0 ? static_cast<double>(stolen - stolen_) / passed : 0;
  if (share > 0.01)
    notices.push_back("noise: other virtual machines took " + fixed(share * 100, 0) +
                      " % of the processor time");
  return notices;
}

}  // namespace warpline::bench
