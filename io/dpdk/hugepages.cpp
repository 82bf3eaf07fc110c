// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/dpdk/hugepages.hpp"

#include <linux/mman.h>
#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <filesystem>
#include <fstream>

namespace warpline {
namespace {

std::size_t read_number(std::filesystem::path const& path) {
  std::ifstream file(path);
  std::size_t number = 0;
  file >> number;
  return number;
}

}  // namespace

std::vector<Hugepages> hugepages(std::string const& folder) {
  constexpr std::string_view kPrefix = "hugepages-";
  std::vector<Hugepages> result;
  std::error_code none;
  for (auto const& entry : std::filesystem::directory_iterator(folder, none)) {
    auto const name = entry.path().filename().string();  // hugepages-2048kB
    std::size_t kilobytes = 0;
    if (!name.starts_with(kPrefix)) continue;
    std::from_chars(name.data() + kPrefix.size(), name.data() + name.size(), kilobytes);
    result.push_back({kilobytes * 1024, read_number(entry.path() / "nr_hugepages"),
                      read_number(entry.path() / "free_hugepages")});
  }
  std::sort(result.begin(), result.end(),
            [](auto const& a, auto const& b) { return a.page_bytes < b.page_bytes; });
  return result;
}

bool hugepages_usable(std::size_t bytes) {
  for (auto const& pages : hugepages()) {
    if (pages.page_bytes == 0) continue;
    auto const count = std::max<std::size_t>(1, (bytes + pages.page_bytes - 1) / pages.page_bytes);
    if (pages.free < count) continue;
    auto const size_flag = static_cast<int>(std::bit_width(pages.page_bytes) - 1) << MAP_HUGE_SHIFT;
    auto* mapped = mmap(nullptr, count * pages.page_bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | size_flag, -1, 0);
    if (mapped == MAP_FAILED) continue;
    munmap(mapped, count * pages.page_bytes);
    return true;
  }
  return false;
}

}  // namespace warpline
