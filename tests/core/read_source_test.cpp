// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/read_source.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

namespace warpline {
namespace {

using std::chrono::milliseconds;

class ReadSource : public ::testing::Test {
 protected:
  ReadSource() {
    char name[] = "/tmp/warpline-read-XXXXXX";
    folder_ = ::mkdtemp(name);
  }
  ~ReadSource() override { std::filesystem::remove_all(folder_); }

  std::string path(std::string const& name) const { return folder_ + "/" + name; }
  std::string file(std::string const& name, std::string const& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
    return path(name);
  }
  std::string pipe(std::string const& name) const {
    EXPECT_EQ(::mkfifo(path(name).c_str(), 0600), 0);
    return path(name);
  }
  /// The text that was read, or the error without the folder.
  std::string read(std::string const& path, ReadOptions const& options = {}) const {
    try {
      return read_source(path, options)->text;
    } catch (ConfigError const& error) {
      std::string const what = error.what();
      return what.starts_with(folder_) ? what.substr(folder_.size() + 1) : what;
    }
  }

  std::string folder_;
};

TEST_F(ReadSource, ReadsAFileWithoutItsByteOrderMark) {
  EXPECT_EQ(read(file("plain", "one\ntwo\n")), "one\ntwo\n");
  EXPECT_EQ(read(file("empty", "")), "");
  EXPECT_EQ(read(file("marked", "\xef\xbb\xbf\xef\xbb\xbf one\n")), "\xef\xbb\xbf one\n");
  EXPECT_EQ(read(file("utf16", std::string("\xff\xfeo\0n\0", 6))),
            "utf16: is a binary file; expected text");
  EXPECT_EQ(read("/proc/self/comm").back(), '\n') << "a file that states no size";
}

TEST_F(ReadSource, ReadsNoMoreThanTheLimit) {
  ReadOptions const options{.max_bytes = 10000};
  EXPECT_EQ(read(file("full", std::string(10000, 'x')), options).size(), 10000u);
  EXPECT_EQ(read(file("more", std::string(10001, 'x')), options),
            "more: is too long; expected at most 10000 bytes");
  std::filesystem::resize_file(file("sparse", "x"), std::uintmax_t{3} << 30);
  EXPECT_EQ(read(path("sparse")), "sparse: is too long; expected at most 64 MiB");
}

TEST_F(ReadSource, ReadsAPipeToItsEnd) {
  auto const name = pipe("pipe");
  std::string const text = "\xef\xbb\xbf" + std::string(300'000, 'k');
  std::thread writer([&] { std::ofstream(name) << text; });
  EXPECT_EQ(read(name), text.substr(3));
  writer.join();
  std::thread closer([&] { ::close(::open(name.c_str(), O_WRONLY)); });
  EXPECT_EQ(read(name), "");
  closer.join();
}

TEST_F(ReadSource, StopsReadingAPipeAtTheLimit) {
  auto const name = pipe("endless");
  int const keep = ::open(name.c_str(), O_RDWR);  // so that the writer gets no signal
  std::thread writer([&] {
    std::string const block(100'000, 'x');
    EXPECT_EQ(::write(keep, block.data(), block.size()), 100'000);
  });
  EXPECT_EQ(read(name, {.max_bytes = 1 << 14}),
            "endless: is too long; expected at most 16384 bytes");
  char rest[4096];
  std::size_t drained = (1 << 14) + 1;
  while (drained < 100'000) drained += static_cast<std::size_t>(::read(keep, rest, sizeof rest));
  EXPECT_EQ(drained, 100'000u) << "what is beyond the limit stayed in the pipe";
  writer.join();
  ::close(keep);
}

TEST_F(ReadSource, RefusesAPipeThatSendsNothing) {
  ReadOptions const options{.max_silence = milliseconds(50)};
  auto const name = pipe("silent");
  EXPECT_EQ(read(name, options),
            "silent: is a pipe that sent nothing for 50 ms; expected a text and its end");
  int const writer = ::open(name.c_str(), O_RDWR);
  EXPECT_EQ(::write(writer, "text", 4), 4);
  EXPECT_EQ(read(name, options),
            "silent: is a pipe that sent nothing for 50 ms; expected a text and its end")
      << "a writer that begins and does not end";
  ::close(writer);
}

TEST_F(ReadSource, RefusesFoldersDevicesAndSockets) {
  EXPECT_EQ(read(folder_ + "/."), ".: is a folder; expected a text file or a pipe");
  EXPECT_EQ(read("/dev/zero"), "/dev/zero: is a device; expected a text file or a pipe");
  int const socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  std::strncpy(address.sun_path, path("socket").c_str(), sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(socket, reinterpret_cast<sockaddr const*>(&address), sizeof address), 0);
  EXPECT_EQ(read(path("socket")), "socket: is a socket; expected a text file or a pipe");
  ::close(socket);
  EXPECT_EQ(read(path("none")), "none: cannot be read: No such file or directory");
}

TEST(DidYouMean, NeedsNoMemoryForLongWords) {
  EXPECT_EQ(did_you_mean(std::string(std::size_t{64} << 20, 'x'), {"Discard"}), "");
}

}  // namespace
}  // namespace warpline
