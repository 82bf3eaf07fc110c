// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "app/session/session_options.hpp"
#include "core/base/error.hpp"

namespace warpline::app {
namespace {

using namespace std::chrono_literals;

/// A file with this text; its name is `f.toml` in a folder of its own, which is the working folder.
class DeploymentFile : public testing::Test {
 protected:
  void SetUp() override {
    char folder[] = "/tmp/warpline-test-XXXXXX";
    ASSERT_NE(mkdtemp(folder), nullptr);
    folder_ = folder;
  }
  void TearDown() override {
    std::remove(path().c_str());
    rmdir(folder_.c_str());
  }
  std::string path() const { return folder_ + "/f.toml"; }

  SessionOptions read(std::string const& text, SessionOptions options = {}) {
    std::ofstream(path()) << text;
    options.config = path();
    apply_config(options);
    return options;
  }
  std::string error_of(std::string const& text) {
    try {
      read(text);
    } catch (ConfigError const& error) {
      std::string what = error.what();
      for (std::size_t position; (position = what.find(folder_ + "/")) != std::string::npos;)
        what.erase(position, folder_.size() + 1);
      return what;
    }
    return "no error";
  }

 private:
  std::string folder_;
};

TEST_F(DeploymentFile, SetsEverything) {
  auto const options = read(R"(
[cpu]
workers = 2
cores = [3, 1]
host_cores = "4-5"
watchdog = "1s"
[[port]]
device = "net_null0"
[[port]]
device = "gen:size=64"
[buffers]
count = "64k"
size = 9216
[offload]
devices = ["host"]
task_packets = 512
task_bytes = 65536
deadline = "50us"
tasks_in_flight = 2
streams = 3
ordered = false
)");
  EXPECT_EQ(options.workers, 2u);
  EXPECT_EQ(options.cores, (std::vector<int>{3, 1}));
  EXPECT_EQ(options.host_cores, 2u);
  EXPECT_EQ(options.host_core_list, (std::vector<int>{4, 5}));
  EXPECT_EQ(options.watchdog, 1s);
  ASSERT_EQ(options.ports.size(), 2u);
  EXPECT_EQ(options.ports[0].text, "net_null0");
  EXPECT_EQ(options.ports[1].text, "gen:size=64");
  EXPECT_EQ(options.ports[1].position, (Position{10, 11}));
  EXPECT_EQ(options.ports[1].source->name, path());
  EXPECT_EQ(options.buffers, 64'000u);
  EXPECT_EQ(options.buffer_size, 9216u);
  EXPECT_EQ(options.devices, std::vector<std::string>{"host"});
  EXPECT_EQ(options.task_packets, 512u);
  EXPECT_EQ(options.task_bytes, 65536u);
  EXPECT_EQ(options.deadline, 50us);
  EXPECT_EQ(options.tasks_in_flight, 2u);
  EXPECT_EQ(options.streams, 3u);
  EXPECT_EQ(options.ordered, false);
}

TEST_F(DeploymentFile, MayBeEmpty) {
  auto const options = read("# nothing\n");
  EXPECT_FALSE(options.workers);
  EXPECT_TRUE(options.ports.empty());
}

TEST_F(DeploymentFile, YieldsToTheCommandLine) {
  SessionOptions given;
  given.workers = 5;
  given.ports = {{"net_null7", {}, {}}};
  given.host_cores = 0;
  auto const options =
      read("[cpu]\nworkers = 2\ncores = [1]\nhost_cores = [2]\n[[port]]\ndevice = \"net_null0\"\n",
           given);
  EXPECT_EQ(options.workers, 5u);
  EXPECT_EQ(options.cores, std::vector<int>{1});
  EXPECT_EQ(options.host_cores, 0u);
  EXPECT_TRUE(options.host_core_list.empty());
  ASSERT_EQ(options.ports.size(), 1u);
  EXPECT_EQ(options.ports[0].text, "net_null7");
}

TEST_F(DeploymentFile, ReportsEveryFaultAtItsPlace) {
  EXPECT_EQ(error_of("[cpu]\nworker = 2\ncores = \"x\"\n[bufers]\ncount = 1\n"),
            "f.toml:2:1: error: unknown key 'worker' in [cpu]; did you mean 'workers'?\n"
            "  worker = 2\n"
            "  ^\n"
            "f.toml:3:9: error: cores: 'x' is not a list of processors; expected e.g. 1,3 or 2-5\n"
            "  cores = \"x\"\n"
            "          ^\n"
            "f.toml:4:2: error: unknown key 'bufers'; did you mean 'buffers'?\n"
            "  [bufers]\n"
            "   ^");
}

TEST_F(DeploymentFile, RefusesValuesOfAnotherKind) {
  for (auto const* text :
       {"[cpu]\nworkers = 0\n", "[cpu]\nworkers = -1\n", "[cpu]\nworkers = 1.5\n",
        "[cpu]\nworkers = true\n", "[cpu]\ncores = 1\n", "[cpu]\ncores = [1, \"x\"]\n",
        "[cpu]\nwatchdog = 5\n", "[offload]\nordered = 1\n", "[offload]\ndevices = \"host\"\n",
        "[offload]\ndevices = [1]\n", "cpu = 1\n", "[port]\ndevice = \"net_null0\"\n", "[[port]]\n",
        "[[port]]\ndevice = 1\n", "[[port]]\ndevice = \"\"\n", "[buffers]\nsize = 10\n"})
    EXPECT_NE(error_of(text).find("error: "), std::string::npos) << text;
}

TEST_F(DeploymentFile, ReportsASyntaxErrorAtItsPlace) {
  auto const error = error_of("[cpu]\nworkers = \n");
  EXPECT_EQ(error.find("f.toml:2:11: error: "), 0u) << error;
}

TEST_F(DeploymentFile, MustBeThere) {
  SessionOptions options;
  options.config = path();
  EXPECT_THROW(apply_config(options), ConfigError);
}

}  // namespace
}  // namespace warpline::app
