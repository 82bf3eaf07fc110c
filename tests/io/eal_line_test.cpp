// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/dpdk/eal_line.hpp"

#include <gmock/gmock.h>

namespace warpline {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::IsSupersetOf;
using testing::Not;
using testing::StartsWith;

TEST(EalLine, NeedsNeitherHugepagesNorRightsNorDevices) {
  auto const line = eal_line({}, false);
  EXPECT_THAT(line, ElementsAre("-l", "0", "--no-huge", "--no-shconf", "-m", "64", "--no-pci",
                                "--iova-mode=va", "--no-telemetry", "--file-prefix=warpline"));
}

TEST(EalLine, UsesHugepagesWhereTheyCanBeHad) {
  auto const line = eal_line({.arguments = {}, .pci = {}, .memory = 1 << 20, .core = 3}, true);
  EXPECT_THAT(line, IsSupersetOf({"-l", "3", "--in-memory", "--no-pci"}));
  EXPECT_THAT(line, Not(Contains("--no-huge")));
  EXPECT_THAT(line, Not(Contains("-m")));
}

TEST(EalLine, ProbesOnlyThePciDevicesAskedFor) {
  EalRequest request;
  request.pci = {"0000:3b:00.0", "0000:3b:00.1"};
  auto const line = eal_line(request, true);
  EXPECT_THAT(line, IsSupersetOf({"-a", "0000:3b:00.0", "0000:3b:00.1"}));
  EXPECT_THAT(line, AllOf(Not(Contains("--no-pci")), Not(Contains(StartsWith("--iova-mode")))));
}

TEST(EalLine, ReservesThePoolForAPciDeviceWithoutHugepages) {
  EalRequest request;
  request.pci = {"0000:3b:00.0"};
  request.memory = std::size_t{100} << 20;
  EXPECT_THAT(eal_line(request, false), IsSupersetOf({"-m", "165"}));
}

TEST(EalLine, TakesACoreNumberThatOptionLDoesNot) {
  EXPECT_THAT(eal_line({.arguments = {}, .pci = {}, .memory = 0, .core = 130}, false),
              AllOf(IsSupersetOf({"--lcores", "0@130"}), Not(Contains("-l"))));
}

struct Given {
  std::vector<std::string> arguments;
  std::vector<std::string> absent;  // of ours, with usable hugepages and without
};

class EalLineGiven : public testing::TestWithParam<Given> {};

TEST_P(EalLineGiven, OursDoNotContradictTheUsers) {
  auto const& given = GetParam();
  for (bool const hugepages : {false, true}) {
    auto const line =
        eal_line({.arguments = given.arguments, .pci = {}, .memory = 0, .core = 0}, hugepages);
    ASSERT_GE(line.size(), given.arguments.size());
    auto const ours_end = line.end() - static_cast<std::ptrdiff_t>(given.arguments.size());
    EXPECT_EQ(std::vector(ours_end, line.end()), given.arguments) << "they come last, unchanged";
    std::vector<std::string> const ours(line.begin(), ours_end);
    for (auto const& option : given.absent)
      EXPECT_THAT(ours, Not(Contains(StartsWith(option)))) << hugepages;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Options, EalLineGiven,
    testing::Values(Given{{"-l", "0-3"}, {"-l", "--lcores"}}, Given{{"-l0"}, {"-l", "--lcores"}},
                    Given{{"-c", "3"}, {"-l", "--lcores"}},
                    Given{{"--lcores=0@1"}, {"-l", "--lcores"}},
                    Given{{"--no-huge"}, {"--no-huge", "--in-memory"}},
                    Given{{"--in-memory"}, {"--in-memory", "--no-huge", "--no-shconf"}},
                    Given{{"--huge-dir", "/mnt"}, {"--no-huge", "--in-memory", "--no-shconf"}},
                    Given{{"--huge-dir=/mnt"}, {"--no-huge", "--in-memory", "--no-shconf"}},
                    Given{{"--legacy-mem"}, {"--no-huge", "--in-memory"}},
                    Given{{"--socket-mem", "64"}, {"--no-huge", "-m"}},
                    Given{{"--no-huge", "-m", "256"}, {"--no-huge", "-m"}},
                    Given{{"-a", "0000:01:00.0"}, {"--no-pci", "-a", "--iova-mode"}},
                    Given{{"-b", "0000:01:00.0"}, {"--no-pci"}},
                    Given{{"--iova-mode=pa"}, {"--iova-mode"}},
                    Given{{"--telemetry"}, {"--no-telemetry"}},
                    Given{{"--file-prefix", "mine"}, {"--file-prefix"}},
                    Given{{"--proc-type=secondary"}, {"--in-memory", "--no-shconf"}}));

TEST(ShellLine, QuotesWhatAShellWouldChange) {
  EXPECT_EQ(shell_line({"-l", "0", "--vdev=net_tap0,iface=x"}), "-l 0 --vdev=net_tap0,iface=x");
  EXPECT_EQ(shell_line({"", "a b", "it's", "$x"}), R"('' 'a b' 'it'\''s' '$x')");
}

TEST(PciAddress, IsToldFromOtherNames) {
  for (auto const* good : {"0000:3b:00.0", "3b:00.0", "10000:e1:1f.7", "0000:FF:00.1"})
    EXPECT_TRUE(is_pci_address(good)) << good;
  for (auto const* bad : {"", "3b", "3b:00", "3b:00.8", "3b:00.", "0000:3b:00.00", "x:00.0",
                          "net_null0", "0:3b:00.0", "0000:3b:0.0", "1:2:3:4.5", ".0", ":00.0"})
    EXPECT_FALSE(is_pci_address(bad)) << bad;
  EXPECT_EQ(full_pci_address("3b:00.0"), "0000:3b:00.0");
  EXPECT_EQ(full_pci_address("0001:3b:00.0"), "0001:3b:00.0");
}

}  // namespace
}  // namespace warpline
