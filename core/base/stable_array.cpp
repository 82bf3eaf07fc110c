// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/stable_array.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <new>

namespace warpline {
namespace {

constexpr std::size_t kSmallPage = 4096, kBigPage = std::size_t{2} << 20;
constexpr int kCollapse = 25;               // MADV_COLLAPSE, which older headers do not name
constexpr std::size_t kMinBig = 256 << 10;  // smaller tables would waste most of a huge page

std::size_t round_up(std::size_t bytes, std::size_t page) {
  return (bytes + page - 1) / page * page;
}

}  // namespace

// Memory without access is not charged, even if the kernel does not overcommit.
AddressRange::AddressRange(std::size_t bytes)
    : bytes_(round_up(std::max(bytes, std::size_t{1}), kBigPage)) {
  auto* const all = ::mmap(nullptr, bytes_ + kBigPage, PROT_NONE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (all == MAP_FAILED) throw std::bad_alloc();
  auto* const first = static_cast<std::byte*>(all);
  auto const skipped = (kBigPage - reinterpret_cast<std::uintptr_t>(first) % kBigPage) % kBigPage;
  data_ = first + skipped;
  if (skipped != 0) ::munmap(first, skipped);
  ::munmap(data_ + bytes_, kBigPage - skipped);
}

AddressRange::~AddressRange() { ::munmap(data_, bytes_); }

void AddressRange::commit(std::size_t bytes) {
  if (bytes <= committed_) return;
  auto const end = std::min(round_up(bytes, bytes < kMinBig ? kSmallPage : kBigPage), bytes_);
  if (bytes > bytes_ || ::mprotect(data_, end, PROT_READ | PROT_WRITE) != 0) throw std::bad_alloc();
  if (bytes >= kMinBig) {
    ::madvise(data_, end, MADV_HUGEPAGE);
    // Pages that were in use become a huge page now (Linux 6.1); otherwise the kernel does so
    // later.
    if (committed_ % kBigPage != 0) ::madvise(data_, kBigPage, kCollapse);
  }
  committed_ = end;
}

void AddressRange::exclude_from_dumps() noexcept { madvise(data_, bytes_, MADV_DONTDUMP); }

}  // namespace warpline
