// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/allocations/allocations.hpp"

#include <cerrno>
#include <cstddef>

namespace {

// Of the program itself: reading it allocates nothing, even in a thread's first call.
thread_local constinit std::uint64_t count = 0;

}  // namespace

namespace warpline::test {

std::uint64_t allocations_here() noexcept { return count; }

}  // namespace warpline::test

extern "C" {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

// Sanitizers have put themselves there already, and call these.
void __sanitizer_malloc_hook(void const volatile*, std::size_t) { ++count; }
void __sanitizer_free_hook(void const volatile*) {}

#else

// `operator new` ends here, too. What is freed was glibc's own, so `free` stays as it is.
void* __libc_malloc(std::size_t size) noexcept;
void* __libc_calloc(std::size_t number, std::size_t size) noexcept;
void* __libc_realloc(void* memory, std::size_t size) noexcept;
void* __libc_memalign(std::size_t alignment, std::size_t size) noexcept;

void* malloc(std::size_t size) noexcept {
  ++count;
  return __libc_malloc(size);
}
void* calloc(std::size_t number, std::size_t size) noexcept {
  ++count;
  return __libc_calloc(number, size);
}
void* realloc(void* memory, std::size_t size) noexcept {
  ++count;
  return __libc_realloc(memory, size);
}
void* memalign(std::size_t alignment, std::size_t size) noexcept {
  ++count;
  return __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  ++count;
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t size) noexcept {
  ++count;
  *memory = __libc_memalign(alignment, size);
  return *memory != nullptr ? 0 : ENOMEM;
}

#endif
}
