// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/session/core_dumps.hpp"

#include <sys/prctl.h>

namespace warpline::app {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
#else
constexpr bool kSanitized = false;
#endif

}  // namespace

void allow_memory_dumps(bool allow) { ::prctl(PR_SET_DUMPABLE, allow || kSanitized ? 1 : 0); }

}  // namespace warpline::app
