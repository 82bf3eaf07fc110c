// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Marks a function that runs on the host and on a CUDA device; empty for other compilers.
#if defined(__CUDACC__)
#define WARPLINE_HD __host__ __device__
#else
#define WARPLINE_HD
#endif
