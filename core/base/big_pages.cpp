// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/big_pages.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstddef>
#include <new>

namespace warpline {
namespace {

constexpr std::size_t kPage = std::size_t{2} << 20;
constexpr std::size_t kMin = 256 << 10;

class BigPages final : public std::pmr::memory_resource {
  static std::size_t whole(std::size_t bytes) { return (bytes + kPage - 1) / kPage * kPage; }

  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    if (bytes < kMin) return std::pmr::new_delete_resource()->allocate(bytes, alignment);
    auto* const memory =
        ::operator new (whole(bytes), std::align_val_t{std::max(alignment, kPage)});
    madvise(memory, whole(bytes), MADV_HUGEPAGE);
    return memory;
  }
  void do_deallocate(void* memory, std::size_t bytes, std::size_t alignment) override {
    if (bytes < kMin) return std::pmr::new_delete_resource()->deallocate(memory, bytes, alignment);
    ::operator delete (memory, std::align_val_t{std::max(alignment, kPage)});
  }
  bool do_is_equal(memory_resource const& other) const noexcept override { return this == &other; }
};

}  // namespace

std::pmr::memory_resource* big_pages() {
  static BigPages pages;
  return &pages;
}

}  // namespace warpline
