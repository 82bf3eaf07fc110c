// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/secret_pages.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>

#include "core/base/wipe.hpp"

namespace warpline {
namespace {

/// The `VmFlags` of the mapping that has this address, as /proc/self/smaps prints them.
std::string flags_of(void const* memory) {
  std::ifstream maps("/proc/self/smaps");
  bool inside = false;
  for (std::string line; std::getline(maps, line);) {
    std::istringstream words(line);
    std::uintptr_t begin = 0, end = 0;
    char dash = 0;
    if (words >> std::hex >> begin >> dash >> end && dash == '-') {
      auto const address = reinterpret_cast<std::uintptr_t>(memory);
      inside = begin <= address && address < end;
    }
    if (inside && line.starts_with("VmFlags:")) return line + " ";
  }
  return {};
}

TEST(SecretPages, AreInNoCoreDump) {
  for (std::size_t const bytes : {std::size_t{100}, std::size_t{1} << 20}) {
    auto* const memory = secret_pages()->allocate(bytes, 64);
    auto const flags = flags_of(memory);
    if (flags.empty()) GTEST_SKIP() << "no /proc/self/smaps";
    EXPECT_NE(flags.find(" dd "), std::string::npos) << flags;
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory) % 4096, 0u);
    secret_pages()->deallocate(memory, bytes, 64);
  }
}

TEST(Wipe, OverwritesWhatATextHasAfterItsEnd) {
  std::string text(100, 'k');
  auto const* const memory = text.data();
  text.resize(40);
  wipe(text);
  EXPECT_TRUE(text.empty());
  ASSERT_EQ(text.data(), memory);
  for (std::size_t i = 0; i <= text.capacity(); ++i) EXPECT_EQ(memory[i], 0) << i;
}

}  // namespace
}  // namespace warpline
