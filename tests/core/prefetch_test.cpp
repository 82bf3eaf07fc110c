// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/prefetch.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace warpline {
namespace {

TEST(Prefetch, NeverFaultsWhateverTheAddress) {
  for (auto const address : {std::uintptr_t{0}, std::uintptr_t{1}, ~std::uintptr_t{0}}) {
    auto const* const memory = reinterpret_cast<void const*>(address);
    prefetch(memory);
    prefetch_for_write(memory);
  }
  prefetch(reinterpret_cast<void const*>(std::uintptr_t{4097}), 1000);
  prefetch(nullptr, 0);
}

}  // namespace
}  // namespace warpline
