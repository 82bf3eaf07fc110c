// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "measure/machine.hpp"

#include <sched.h>
#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <string_view>

#include "core/base/clock.hpp"
#include "measure/version.hpp"

namespace warpline::bench {
namespace {

/// Instruction sets that ipsec-mb and Hyperscan choose their code by.
constexpr std::array<std::string_view, 14> kFlags = {
    "aes",  "pclmulqdq", "avx2",   "avx512f", "avx512bw", "avx512vl",   "avx512vbmi",
    "gfni", "vaes",      "sha_ni", "sse4_2",  "bmi2",     "vpclmulqdq", "avx512_vbmi2"};

std::string first_line(std::string const& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

/// The first value of a key of /proc/cpuinfo.
std::string cpu_info(std::string_view key) {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    auto const colon = line.find(':');
    if (colon == std::string::npos || !line.starts_with(key)) continue;
    auto const begin = line.find_first_not_of(' ', colon + 1);
    return begin == std::string::npos ? "" : line.substr(begin);
  }
  return {};
}

std::vector<std::string> words(std::string const& text) {
  std::istringstream in(text);
  std::vector<std::string> all;
  for (std::string word; in >> word;) all.push_back(word);
  return all;
}

unsigned usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return sched_getaffinity(0, sizeof set, &set) == 0 ? static_cast<unsigned>(CPU_COUNT(&set)) : 0;
}

}  // namespace

Machine describe_machine() {
  Machine machine;
  machine.cpu = cpu_info("model name");
  auto const present = words(cpu_info("flags"));
  auto const has_flag = [&](std::string_view flag) {
    return std::find(present.begin(), present.end(), flag) != present.end();
  };
  for (auto const flag : kFlags)
    if (has_flag(flag)) machine.flags.emplace_back(flag);
  machine.virtual_machine = has_flag("hypervisor");
  machine.cores = usable_cores();
  machine.tsc_hz = cycles_per_second();
  machine.governor = first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
  utsname name{};
  if (uname(&name) == 0) machine.kernel = std::string(name.sysname) + " " + name.release;
  machine.versions = versions();
  return machine;
}

}  // namespace warpline::bench
