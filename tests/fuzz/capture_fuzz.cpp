// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

#include "core/base/error.hpp"
#include "io/capture/capture_reader.hpp"
#include "tests/fuzz/require.hpp"

using warpline::fuzz::require;

/// A capture file of these bytes: it is read to its end or refused, and read the same again.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  static int const file = memfd_create("capture", 0);
  static auto const path = "/proc/self/fd/" + std::to_string(file);
  require(ftruncate(file, 0) == 0 && pwrite(file, data, size, 0) == static_cast<ssize_t>(size),
          "the input can be put into a file");
  std::uint64_t frames = 0, bytes = 0, zero_sums = 0;
  try {
    auto const summary = warpline::summarise_capture(path);
    frames = summary.frames;
    require(frames + summary.other_frames <= size, "a frame takes at least a byte of the file");
  } catch (warpline::ConfigError const&) {
    return 0;
  }
  warpline::CaptureReader reader(path);
  while (auto const* frame = reader.next_or_end()) {
    --frames;
    bytes += frame->bytes.size;
    require(frame->length >= frame->bytes.size, "no more is captured than there was");
    require(!(frame->odd_time && frame->time_ns), "a time that is given is not odd");
    std::uint8_t sum = 0;  // all of it can be read
    for (std::uint32_t i = 0; i < frame->bytes.size; ++i) sum ^= frame->bytes.data[i];
    if (sum == 0) ++zero_sums;
  }
  require(frames == 0, "both readings have the same frames");
  require(zero_sums <= reader.frames() && bytes <= size, "captured bytes are bytes of the file");
  return 0;
}
