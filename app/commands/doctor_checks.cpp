// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/commands/doctor_checks.hpp"

#include <rte_version.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "gpu/cuda/cuda_driver.hpp"
#include "gpu/cuda/probe.hpp"
#include "io/dpdk/hugepages.hpp"
#include "io/dpdk/offloads.hpp"
#include "io/dpdk/pci_devices.hpp"
#include "measure/machine.hpp"
#include "measure/table.hpp"

namespace warpline::app {
namespace {

using Level = CheckResult::Level;

std::string first_line(std::string const& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::string size_text(std::size_t bytes) {
  if (bytes >= (std::size_t{1} << 30)) return std::to_string(bytes >> 30) + " GiB";
  if (bytes >= (std::size_t{1} << 20)) return std::to_string(bytes >> 20) + " MiB";
  return std::to_string(bytes >> 10) + " KiB";
}

class DoctorChecks {
 public:
  explicit DoctorChecks(std::string root) : root_(std::move(root)) {}

  std::vector<CheckResult> run() {
    check_hugepages();
    check_rights();
    check_processors();
    check_network();
    check_gpu();
    return std::move(results_);
  }

 private:
  void add(Level level, std::string subject, std::string text, std::string repair = {}) {
    results_.push_back({level, std::move(subject), std::move(text), std::move(repair)});
  }

  void check_hugepages() {
    std::size_t free_bytes = 0;
    for (auto const& pages : hugepages(root_ + "/sys/kernel/mm/hugepages")) {
      free_bytes += pages.free * pages.page_bytes;
      if (pages.total > 0)
        add(pages.free > 0 ? Level::kFine : Level::kWarning, "hugepages",
            size_text(pages.page_bytes) + ": " + std::to_string(pages.free) + " free of " +
                std::to_string(pages.total),
            pages.free > 0 ? ""
                           : "end the programs that hold them: grep -l huge /proc/*/numa_maps");
    }
    constexpr char const* set_aside =
        "echo 512 | sudo tee /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages";
    if (free_bytes == 0)
      add(Level::kWarning, "hugepages",
          "none free: packet buffers use ordinary pages, which costs throughput", set_aside);
    else if (!hugepages_usable(std::size_t{2} << 20))
      add(Level::kWarning, "hugepages", "there are free ones, but this process cannot have them",
          "sudo warpline ..., or raise the cgroup's limit of hugetlb pages");
  }

  void check_rights() {
    auto const root_user = geteuid() == 0;
    add(root_user ? Level::kFine : Level::kNote, "rights",
        root_user ? "root: physical ports can be opened"
                  : "not root: captures, generated traffic and most virtual devices work; physical "
                    "ports do not",
        root_user ? "" : "sudo warpline ...");
    auto const folder = root_ + "/dev/hugepages";
    if (access(folder.c_str(), F_OK) == 0)
      add(access(folder.c_str(), W_OK) == 0 ? Level::kFine : Level::kNote, "rights",
          folder + (access(folder.c_str(), W_OK) == 0 ? " is writable" : " is not writable"),
          access(folder.c_str(), W_OK) == 0 ? "" : "sudo chown $USER /dev/hugepages");
    rlimit limit{};
    if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0) return;
    bool const enough =
        root_user || limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= (rlim_t{64} << 20);
    add(enough ? Level::kFine : Level::kWarning, "memory lock",
        limit.rlim_cur == RLIM_INFINITY ? "no limit" : "limit " + size_text(limit.rlim_cur),
        enough ? "" : "ulimit -l unlimited (for good: memlock in /etc/security/limits.conf)");
  }

  void check_processors() {
    auto const machine = bench::describe_machine();
    std::size_t nodes = 0;
    std::error_code error;
    for (auto const& entry :
         std::filesystem::directory_iterator(root_ + "/sys/devices/system/node", error)) {
      auto const name = entry.path().filename().string();
      nodes +=
          name.starts_with("node") && name.find_first_not_of("0123456789", 4) == std::string::npos;
    }
    add(machine.cores > 1 ? Level::kFine : Level::kWarning, "processors",
        machine.cpu + ": " + std::to_string(machine.cores) + " usable, " +
            std::to_string(std::max<std::size_t>(nodes, 1)) + " NUMA node" +
            (nodes > 1 ? "s" : "") + (machine.virtual_machine ? ", a virtual machine" : ""),
        machine.cores > 1 ? ""
                          : "allow this process more processors: workers share one with the rest");
    std::string flags;
    for (auto const& flag : machine.flags) flags += (flags.empty() ? "" : " ") + flag;
    bool const wide =
        flags.find("vaes") != std::string::npos && flags.find("avx512f") != std::string::npos;
    add(wide ? Level::kFine : Level::kNote, "instructions",
        flags.empty() ? "none that Warpline uses" : flags);
    check_isolation();
    if (machine.governor.empty())
      add(Level::kFine, "governor",
          "not readable" + std::string(machine.virtual_machine ? ": the host's matter" : ""));
    else
      add(machine.governor == "performance" ? Level::kFine : Level::kWarning, "governor",
          machine.governor,
          machine.governor == "performance" ? "" : "sudo cpupower frequency-set -g performance");
    auto const clock =
        first_line(root_ + "/sys/devices/system/clocksource/clocksource0/current_clocksource");
    bool const steady = clock.empty() || clock == "tsc" || clock == "kvm-clock" ||
                        clock == "hyperv_clocksource_tsc_page";
    add(steady ? Level::kFine : Level::kWarning, "clock",
        (clock.empty() ? "unknown source" : clock) + ", " + fixed(machine.tsc_hz / 1e9, 3) +
            " GHz time-stamp counter",
        steady ? ""
               : "echo tsc | sudo tee "
                 "/sys/devices/system/clocksource/clocksource0/current_clocksource");
  }

  void check_isolation() {
    auto const isolated = first_line(root_ + "/sys/devices/system/cpu/isolated");
    if (isolated.empty())
      add(Level::kNote, "isolation",
          "no processor is kept free of other programs: latency will vary",
          "add isolcpus=LIST nohz_full=LIST to the kernel's command line");
    else
      add(Level::kFine, "isolation", "processors " + isolated);
  }

  void check_network() {
    std::string dpdk = rte_version();
    add(Level::kFine, "DPDK", dpdk.starts_with("DPDK ") ? dpdk.substr(5) : dpdk);
    auto const devices = pci_network_devices(root_ + "/sys/bus/pci/devices");
    if (devices.empty())
      add(Level::kNote, "ports",
          "no PCI network device: use captures, generated traffic or virtual devices");
    for (auto const& device : devices) {
      bool const ready = device.driver == "vfio-pci" || device.driver == "igb_uio" ||
                         device.driver == "uio_pci_generic" || device.driver.starts_with("mlx");
      add(ready ? Level::kFine : Level::kNote, "ports",
          device.address + ": " +
              (device.driver.empty() ? "bound to no driver" : "bound to " + device.driver) +
              (ready ? "" : ", not DPDK's"),
          ready ? "" : "sudo dpdk-devbind.py -b vfio-pci " + device.address);
    }
    if (auto offloads = describe_offloads(interface_offloads()); offloads)
      results_.push_back(std::move(*offloads));
    bool const vfio = std::filesystem::exists(root_ + "/sys/module/vfio_pci") ||
                      std::filesystem::exists(root_ + "/dev/vfio/vfio");
    if (vfio)
      add(Level::kFine, "vfio", "the module is loaded");
    else if (!devices.empty())
      add(Level::kNote, "vfio", "the module is not loaded: DPDK cannot use a port of the kernel",
          "sudo modprobe vfio-pci");
  }

  void check_gpu() {
    auto const gpus = cuda::probe();
    auto const driver = first_line(root_ + "/proc/driver/nvidia/version");
    if (gpus.devices.empty())
      return add(Level::kNote, "GPU", gpus.reason + "; offloading goes to the host device",
                 driver.empty() ? "" : "nvidia-smi");
    for (auto const& info : gpus.devices)
      add(Level::kFine, "GPU",
          "cuda:" + std::to_string(info.index) + " " + info.name + " (" + gpus.version + ")");
    for (auto const& info : gpus.devices) {
      auto const reason = cuda::try_to_pin(info.index);
      add(reason.empty() ? Level::kFine : Level::kWarning, "GPU",
          "cuda:" + std::to_string(info.index) +
              (reason.empty()
                   ? " accesses packet buffers in place"
                   : " cannot reach packet buffers (" + reason + "): packets are copied for it"),
          reason.empty() ? "" : "ulimit -l unlimited; otherwise only --transfer staged works");
    }
  }

  std::string root_;
  std::vector<CheckResult> results_;
};

}  // namespace

std::optional<CheckResult> describe_offloads(std::span<InterfaceOffloads const> interfaces) {
  constexpr std::size_t kMaxNames = 4;
  std::string names, first;
  std::size_t count = 0;
  for (auto const& interface : interfaces) {
    // The frames reach a gateway through memory, and no hardware completes them.
    bool const by_memory =
        interface.driver == "veth" || interface.driver == "virtio_net" || interface.driver == "tun";
    if (!by_memory || !(interface.tx_checksum || interface.segmentation)) continue;
    if (count == 0) first = interface.name;
    if (count < kMaxNames)
      names += (count == 0 ? "" : ", ") + interface.name + " (" + interface.driver + ")";
    ++count;
  }
  if (count == 0) return {};
  if (count > kMaxNames) names += " and " + std::to_string(count - kMaxNames) + " more";
  return CheckResult{
      Level::kNote, "offloads",
      names +
          ": frames sent there have no checksums yet and may be longer than the MTU. On "
          "such a link to a net_af_packet or net_tap port, TCP through a gateway fails "
          "while ping works",
      "on either end: sudo ethtool -K " + first + " tx off tso off gso off gro off"};
}

std::vector<CheckResult> check_machine(std::string const& root) { return DoctorChecks(root).run(); }

}  // namespace warpline::app
