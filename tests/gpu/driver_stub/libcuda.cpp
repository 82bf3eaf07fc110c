// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <cstdlib>

/// Stands for CUDA's driver library and has none of its functions: prints what a driver, which
/// reads its settings from the environment when it is loaded, would have read.
__attribute__((constructor)) static void report_loading_mode() {
  auto const* const mode = std::getenv("CUDA_MODULE_LOADING");
  std::fprintf(stderr, "driver loaded with CUDA_MODULE_LOADING=%s\n", mode ? mode : "");
}
