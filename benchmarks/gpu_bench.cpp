// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <functional>
#include <iostream>

#include "benchmarks/gpu/measure.hpp"
#include "gpu/cuda/probe.hpp"
#include "gpu/cuda/try.hpp"

/// The speed of one CUDA device, its connection to the host and the elements' kernels on it. Exit
/// codes: 0 measured, 1 a measurement failed or a result was wrong, 2 no CUDA device.
namespace warpline::bench {
namespace {

struct Part {
  std::string name;
  void (*measure)(Rows&);
};
constexpr int kNoDevice = 2;

std::vector<Part> const kParts = {{"copies", measure_copies},
                                  {"pinned", measure_pinned_access},
                                  {"launches", measure_launches},
                                  {"notices", measure_notices},
                                  {"kernels", measure_kernels}};

int measure(std::vector<std::string> const& parts, std::string const& json) {
  auto const probe_result = cuda::probe();
  if (probe_result.devices.empty()) {
    std::cerr << "gpu_bench: no CUDA device: " << probe_result.reason << "\n";
    return kNoDevice;
  }
  Rows rows;
  bool failed = false;
  for (auto const& part : kParts) {
    if (!parts.empty() && std::find(parts.begin(), parts.end(), part.name) == parts.end()) continue;
    try {
      CUDA_TRY(cudaSetDevice(0));
      part.measure(rows);
    } catch (std::exception const& error) {
      failed = true;
      rows.add("failures").set("part", part.name).set("reason", std::string(error.what()));
      std::cerr << "gpu_bench: " << part.name << ": " << error.what() << "\n";
    }
    // Earlier measurements are kept if a later one fails.
    if (!json.empty() && json != "-")
      rows.write_json(json, "gpu_bench", probe_result.devices[0].name);
  }
  if (json == "-")
    rows.write_json(json, "gpu_bench", probe_result.devices[0].name);
  else
    rows.print(stdout);
  if (rows.any_false("right") || rows.any_false("as_body")) {
    std::cerr << "gpu_bench: wrong results; see the columns 'right' and 'as_body'\n";
    failed = true;
  }
  return failed ? 1 : 0;
}

}  // namespace
}  // namespace warpline::bench

int main(int count, char** arguments) {
  CLI::App app("Measures cuda:0, its link to the host and the elements' kernels on it.");
  std::vector<std::string> parts;
  std::string json;
  std::vector<std::string> names;
  for (auto const& part : warpline::bench::kParts) names.push_back(part.name);
  app.add_option("--only", parts, "Measure these parts (default: all)")
      ->delimiter(',')
      ->check(CLI::IsMember(names));
  app.add_option("--json", json, "Write the results as JSON to FILE; - is stdout");
  CLI11_PARSE(app, count, arguments);
  try {
    return warpline::bench::measure(parts, json);
  } catch (std::exception const& error) {
    std::cerr << "gpu_bench: " << error.what() << "\n";
    return 1;
  }
}
