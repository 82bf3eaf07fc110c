// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "app/commands/command.hpp"
#include "gpu/cuda/probe.hpp"
#include "measure/machine.hpp"
#include "measure/table.hpp"

namespace warpline::app {
namespace {

std::string joined(std::vector<std::string> const& words) {
  std::string text;
  for (auto const& word : words) text += (text.empty() ? "" : " ") + word;
  return text.empty() ? "none that Warpline uses" : text;
}

std::string describe(cuda::DeviceInfo const& info) {
  return info.name + ", compute capability " + std::to_string(info.major) + "." +
         std::to_string(info.minor) + ", " + std::to_string(info.multiprocessors) +
         " multiprocessors, " + fixed(static_cast<double>(info.memory) / (1u << 30), 1) + " GiB" +
         (info.pci.empty() ? "" : ", PCI " + info.pci);
}

int print_devices() {
  auto const machine = bench::describe_machine();
  Table table({{"device", Table::Align::kLeft}, {"description", Table::Align::kLeft}});
  table.add({"cpu", machine.cpu + " (the worker's CPU); " + joined(machine.flags)});
  table.add({"host", "up to " + std::to_string(machine.cores) +
                         " processors as helper threads; --host-cores sets their number"});
  auto const gpus = cuda::probe();
  for (auto const& info : gpus.devices)
    table.add({"cuda:" + std::to_string(info.index), describe(info)});
  table.print(stdout);
  if (gpus.devices.empty()) std::printf("no CUDA device: %s\n", gpus.reason.c_str());
  return kOk;
}

void add_devices(CommandLine& app, Invocation& invocation) {
  auto command =
      app.add_subcommand("devices", "List the devices that can run offloadable elements");
  command.callback([&invocation] { invocation.action = print_devices; });
}

CommandRegistration const registration{50, add_devices};

}  // namespace
}  // namespace warpline::app
