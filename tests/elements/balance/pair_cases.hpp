// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tests/elements/balance/simulated_pair.hpp"

namespace warpline::test {

struct PairCase {
  std::string name;
  PairCosts costs;
};

/// Pairs where the CPU, the device or both together are the fastest.
inline std::vector<PairCase> pair_cases() {
  return {
      {"CPU 70x", {.cpu_packet = 100e-9, .device_packet = 7.4e-6}},
      {"CPU 3x", {.cpu_packet = 500e-9, .device_packet = 1.5e-6}},
      {"equal", {.cpu_packet = 500e-9, .device_packet = 500e-9}},
      {"device 2x", {.cpu_packet = 1e-6, .device_packet = 500e-9}},
      {"device 5x", {.cpu_packet = 1e-6, .device_task = 10e-6, .device_packet = 200e-9}},
      {"device 20x", {.cpu_packet = 2e-6, .device_task = 20e-6, .device_packet = 50e-9}},
      {"by bytes",
       {.cpu_packet = 50e-9,
        .cpu_byte = 1e-9,
        .device_packet = 50e-9,
        .device_byte = 0.5e-9,
        .size = 1024}},
      {"costly tasks",
       {.cpu_packet = 600e-9, .offload_task = 10e-6, .device_task = 50e-6, .device_packet = 50e-9}},
      {"long way",
       {.cpu_packet = 600e-9,
        .device_task = 10e-6,
        .device_packet = 100e-9,
        .device_latency = 300e-6}},
      {"offload costs more",
       {.cpu_packet = 60e-9, .offload_packet = 80e-9, .device_packet = 10e-9}},
      {"siblings", {.cpu_packet = 500e-9, .device_packet = 500e-9, .interference = 0.6}},
      {"noise 10 %", {.cpu_packet = 500e-9, .device_packet = 1e-6, .noise = 0.1}},
      {"noise 30 %", {.cpu_packet = 500e-9, .device_packet = 200e-9, .noise = 0.3}},
  };
}

}  // namespace warpline::test
