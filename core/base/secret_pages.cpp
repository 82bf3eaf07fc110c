// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/secret_pages.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "core/base/big_pages.hpp"

namespace warpline {
namespace {

class SecretPages final : public std::pmr::memory_resource {
  static constexpr std::size_t kBigPage = std::size_t{2} << 20, kMinBig = std::size_t{256} << 10;

  static std::size_t page(std::size_t bytes) {
    return bytes < kMinBig ? static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) : kBigPage;
  }
  static std::size_t whole(std::size_t bytes) {
    return (bytes + page(bytes) - 1) / page(bytes) * page(bytes);
  }

  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    auto const size = whole(bytes);
    auto* const memory = big_pages()->allocate(size, std::max(alignment, page(bytes)));
    ::madvise(memory, size, MADV_DONTDUMP);
    return memory;
  }
  void do_deallocate(void* memory, std::size_t bytes, std::size_t alignment) override {
    auto const size = whole(bytes);
    explicit_bzero(memory, size);
    ::madvise(memory, size, MADV_DODUMP);
    big_pages()->deallocate(memory, size, std::max(alignment, page(bytes)));
  }
  bool do_is_equal(memory_resource const& other) const noexcept override { return this == &other; }
};

}  // namespace

std::pmr::memory_resource* secret_pages() {
  static SecretPages pages;
  return &pages;
}

}  // namespace warpline
