// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/commands/doctor_checks.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace warpline::app {
namespace {

namespace fs = std::filesystem;

/// A machine's files below a folder of their own.
class DoctorChecks : public testing::Test {
 protected:
  void SetUp() override {
    char folder[] = "/tmp/warpline-test-XXXXXX";
    ASSERT_NE(mkdtemp(folder), nullptr);
    root_ = folder;
  }
  void TearDown() override { fs::remove_all(root_); }

  void write(std::string const& path, std::string const& text) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text << '\n';
  }
  std::vector<CheckResult> results(std::string const& subject) {
    auto all = check_machine(root_);
    std::erase_if(all, [&](CheckResult const& result) { return result.subject != subject; });
    return all;
  }

  fs::path root_;
};

TEST_F(DoctorChecks, WarnsWhereNoHugepagesAreFree) {
  auto checks = results("hugepages");
  ASSERT_EQ(checks.size(), 1u);
  EXPECT_EQ(checks[0].level, CheckResult::Level::kWarning);
  EXPECT_NE(checks[0].repair.find("nr_hugepages"), std::string::npos);

  write("sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "512");
  write("sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "0");
  checks = results("hugepages");
  ASSERT_EQ(checks.size(), 2u);
  EXPECT_EQ(checks[0].text, "2 MiB: 0 free of 512");
  EXPECT_EQ(checks[0].level, CheckResult::Level::kWarning);
}

TEST_F(DoctorChecks, CountsHugepagesOfEverySize) {
  for (auto const* size : {"2048", "1048576"}) {
    auto const folder = std::string("sys/kernel/mm/hugepages/hugepages-") + size + "kB/";
    write(folder + "nr_hugepages", "8");
    write(folder + "free_hugepages", "5");
  }
  auto const checks = results("hugepages");
  ASSERT_GE(checks.size(), 2u);
  EXPECT_EQ(checks[0].text, "2 MiB: 5 free of 8");
  EXPECT_EQ(checks[1].text, "1 GiB: 5 free of 8");
  EXPECT_EQ(checks[0].level, CheckResult::Level::kFine);
}

TEST_F(DoctorChecks, SaysHowAPortIsGivenToDpdk) {
  for (auto const* address : {"0000:3b:00.0", "0000:3b:00.1", "0000:3b:00.2"})
    write(std::string("sys/bus/pci/devices/") + address + "/class", "0x020000");
  write("sys/bus/pci/drivers/ixgbe/module", "");
  write("sys/bus/pci/drivers/vfio-pci/module", "");
  auto const bind = [&](std::string const& address, std::string const& driver) {
    fs::create_directory_symlink(root_ / "sys/bus/pci/drivers" / driver,
                                 root_ / "sys/bus/pci/devices" / address / "driver");
  };
  bind("0000:3b:00.0", "ixgbe");
  bind("0000:3b:00.1", "vfio-pci");
  auto const checks = results("ports");
  ASSERT_EQ(checks.size(), 3u);
  EXPECT_EQ(checks[0].text, "0000:3b:00.0: bound to ixgbe, not DPDK's");
  EXPECT_EQ(checks[0].repair, "sudo dpdk-devbind.py -b vfio-pci 0000:3b:00.0");
  EXPECT_EQ(checks[1].text, "0000:3b:00.1: bound to vfio-pci");
  EXPECT_EQ(checks[1].repair, "");
  EXPECT_EQ(checks[2].text, "0000:3b:00.2: bound to no driver, not DPDK's");
  auto const vfio = results("vfio");
  ASSERT_EQ(vfio.size(), 1u);
  EXPECT_EQ(vfio[0].repair, "sudo modprobe vfio-pci");
}

TEST_F(DoctorChecks, LooksAtIsolationAndTheClock) {
  EXPECT_EQ(results("isolation")[0].level, CheckResult::Level::kNote);
  write("sys/devices/system/cpu/isolated", "2-7");
  EXPECT_EQ(results("isolation")[0].text, "processors 2-7");
  EXPECT_EQ(results("clock")[0].level, CheckResult::Level::kFine);
  write("sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet");
  EXPECT_EQ(results("clock")[0].level, CheckResult::Level::kWarning);
}

TEST_F(DoctorChecks, CountsNumaNodes) {
  for (auto const* node : {"node0", "node1", "nodes_of_a_name"})
    fs::create_directories(root_ / "sys/devices/system/node" / node);
  EXPECT_NE(results("processors")[0].text.find(", 2 NUMA nodes"), std::string::npos)
      << results("processors")[0].text;
}

TEST_F(DoctorChecks, NothingIsAFailureOnAnEmptyMachine) {
  for (auto const& result : check_machine(root_)) {
    EXPECT_FALSE(result.subject.empty());
    EXPECT_FALSE(result.text.empty());
  }
}

TEST(Offloads, OfVethAndVirtioPeersAreNamedWithTheEthtoolLine) {
  std::vector<InterfaceOffloads> interfaces{{"eth0", "ixgbe", true, true, true},
                                            {"lo", "", true, true, true},
                                            {"v0", "veth", true, true, false},
                                            {"w0", "virtio_net", false, true, false},
                                            {"x0", "veth", false, false, true}};
  auto const check = describe_offloads(interfaces);
  ASSERT_TRUE(check);
  EXPECT_EQ(check->text.find("v0 (veth), w0 (virtio_net): "), 0u) << check->text;
  EXPECT_NE(check->text.find("TCP through a gateway fails while ping works"), std::string::npos);
  EXPECT_NE(check->repair.find("ethtool -K v0 tx off tso off gso off gro off"), std::string::npos);
}

TEST(Offloads, ThatAreOffNeedNoNote) {
  std::vector<InterfaceOffloads> const off{{"v0", "veth", false, false, false}};
  EXPECT_FALSE(describe_offloads(off));
  EXPECT_FALSE(describe_offloads({}));
}

TEST(Offloads, OfManyInterfacesAreOneNote) {
  std::vector<InterfaceOffloads> interfaces;
  for (int i = 0; i < 9; ++i)
    interfaces.push_back({"v" + std::to_string(i), "veth", true, true, true});
  auto const check = describe_offloads(interfaces);
  ASSERT_TRUE(check);
  EXPECT_NE(check->text.find("v3 (veth) and 5 more: "), std::string::npos) << check->text;
}

}  // namespace
}  // namespace warpline::app
