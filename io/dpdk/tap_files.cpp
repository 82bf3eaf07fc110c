// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/dpdk/tap_files.hpp"

#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace warpline {
namespace {

bool has_interface(int file) {
  ifreq request{};
  return ::ioctl(file, TUNGETIFF, &request) == 0;
}

}  // namespace

std::set<int> TapFiles::all() {
  constexpr unsigned kMajor = 10, kMinor = 200;  // the kernel's devices.txt: misc, tun
  std::set<int> result;
  std::error_code error;
  for (auto const& entry : std::filesystem::directory_iterator("/proc/self/fd", error)) {
    auto const file = std::atoi(entry.path().filename().c_str());
    // By path: ThreadSanitizer treats fstat as a use of files that other threads may have opened.
    struct stat info {};
    if (::stat(entry.path().c_str(), &info) == 0 && S_ISCHR(info.st_mode) &&
        info.st_rdev == makedev(kMajor, kMinor))
      result.insert(file);
  }
  return result;
}

TapFiles::TapFiles(std::set<int> const& before) {
  for (auto const file : all())
    if (!before.contains(file) && has_interface(file)) files_.insert(file);
}

bool TapFiles::attached() const { return std::any_of(files_.begin(), files_.end(), has_interface); }

}  // namespace warpline
