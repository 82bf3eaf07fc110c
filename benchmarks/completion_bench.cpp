// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <iostream>

#include "benchmarks/completion/measure.hpp"
#include "core/base/error.hpp"
#include "gpu/cuda/cuda_driver.hpp"
#include "gpu/cuda/probe.hpp"
#include "gpu/host/host_device.hpp"

/// How a worker learns that a device has finished: the three mechanisms, a loop that polls and one
/// that sleeps, and a check before waiting; on the host device and on `cuda:0` if there is one.
namespace warpline::bench {
namespace {

struct Settings {
  std::vector<std::string> devices;
  double window = 0.3;
  std::string json;
  bool strict = false;
};

CompletionPlan host_plan(unsigned helpers, std::string name, double window) {
  CompletionPlan plan;
  plan.window = std::chrono::duration<double>(window);
  plan.device = std::move(name);
  plan.open = [helpers](stream::Options const& options) {
    return std::make_unique<host::HostDevice>(std::vector<int>(helpers, -1), "host", options);
  };
  return plan;
}

CompletionPlan cuda_plan(double window) {
  auto plan = host_plan(0, "cuda:0", window);
  plan.open = [](stream::Options const& options) { return cuda::open_device(0, options); };
  return plan;
}

int measure(Settings settings) {
  auto const gpus = cuda::probe();
  if (settings.devices.empty()) {
    settings.devices = {"host"};
    if (!gpus.devices.empty()) settings.devices.emplace_back("cuda:0");
  }
  Rows rows;
  auto const inline_plan = host_plan(0, "host, no helper", settings.window);
  bool const kept = measure_own_cost(inline_plan, rows);
  measure_asking_again(inline_plan, rows);
  for (auto const& name : settings.devices) {
    auto const plan =
        name == "host" ? host_plan(1, name, settings.window) : cuda_plan(settings.window);
    measure_latency(plan, rows);
    measure_rates(plan, rows);
    measure_asking_again(plan, rows);
  }
  if (settings.json != "-") rows.print(stdout);
  if (gpus.devices.empty() && settings.json != "-")
    std::cout << "no CUDA device: " << gpus.reason << "\n";
  if (!settings.json.empty())
    rows.write_json(settings.json, "completion_bench",
                    gpus.devices.empty() ? "" : gpus.devices.front().name);
  return settings.strict && !kept ? 1 : 0;
}

}  // namespace
}  // namespace warpline::bench

int main(int count, char** arguments) {
  CLI::App app("Measure how completions of device work reach their handlers.");
  warpline::bench::Settings settings;
  app.add_option("--devices", settings.devices, "Measure host or cuda:0 (default: all)")
      ->delimiter(',')
      ->check(CLI::IsMember({"host", "cuda:0"}));
  app.add_option("--window", settings.window, "Measure each case for N seconds (default 0.3)")
      ->check(CLI::Range(0.001, 60.0));
  app.add_option("--json", settings.json, "Write the results as JSON to FILE; - is stdout");
  app.add_flag("--strict", settings.strict,
               "Exit with 1 if the worker's own cost of a task is over 100 ns or allocates");
  CLI11_PARSE(app, count, arguments);
  try {
    return warpline::bench::measure(settings);
  } catch (std::exception const& error) {
    std::cerr << "completion_bench: " << error.what() << "\n";
    return 1;
  }
}
