// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/net/layers.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/support/reference_headers.hpp"

/// The parser of frames against a slow one; the payload that it finds lies in the frame.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace warpline;
  std::vector<std::uint8_t> const copy(data, data + size);
  test::ReferenceHeaders const reference(copy);
  Bytes const frame{copy.data(), static_cast<std::uint32_t>(size)};
  fuzz::require(test::first_difference(parse_headers(frame), reference.headers) == nullptr,
                "headers");
  auto const layers = walk_layers(frame);
  if (layers.payload.size > 0)
    fuzz::require(layers.payload.data >= frame.data &&
                      layers.payload.data + layers.payload.size <= frame.data + frame.size,
                  "payload");
  return 0;
}
