// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "elements/ids/app/http_session.hpp"
#include "elements/ids/json_writer.hpp"
#include "tests/fuzz/require.hpp"

namespace {

using namespace warpline;
using namespace warpline::ids;
using fuzz::require;

HttpOptions options() {
  HttpOptions options;
  options.request = {400, 100, 20};
  options.response = {500, 120, 30};
  options.max_transactions = 20;
  options.memory = 300'000;
  return options;
}

/// Reads each byte, so that the sanitizer sees each one that is not there.
unsigned sum(Bytes bytes) {
  unsigned sum = 0;
  for (std::uint32_t i = 0; i < bytes.size; ++i) sum += bytes.data[i];
  return sum;
}

void look_at(AppSession& session, std::uint64_t number, bool to_server) {
  static volatile unsigned sink;
  for (auto const& keyword : kAppBufferKeywords)
    for (unsigned instance = 0;; ++instance) {
      require(instance < 3000, "an end of instances");
      auto const found = session.buffer(number, to_server, keyword.buffer, instance);
      if (!found) break;
      sink = sink + sum(found->bytes);
    }
}

void look_at(AppSession& session) {
  for (auto number = session.first(); number < session.end(); ++number) {
    for (auto const to_server : {true, false}) {
      look_at(session, number, to_server);
      session.set_inspected(number, to_server);
      session.state(number).complete[to_server] = session.is_complete(number, to_server);
    }
    std::array<char, 2000> space;
    JsonWriter out(space);
    session.write(number, out);
  }
}

}  // namespace

/// The first byte of each step: bit 7 is the direction, bits 5 and 6 what happens, the rest and the
/// next byte a size.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  HttpShared shared(options());
  auto const session = make_http_session(shared);
  std::size_t at = 0;
  while (at + 2 <= size) {
    auto const first = data[at], second = data[at + 1];
    at += 2;
    bool const to_server = (first & 0x80) == 0;
    auto const count = static_cast<std::uint32_t>(first & 0x1f) << 8 | second;
    auto const step = first >> 5 & 3;
    if (step == 3 && count % 8 == 0) {
      session->close(to_server);
    } else if (step == 3 && count % 8 == 1) {
      session->reset();
      require(session->first() == session->end() && session->memory() == 0, "an empty session");
    } else if (step == 3) {
      session->skip(to_server, count);
    } else {
      // A copy of its own, so that the sanitizer sees reads after the call.
      auto const bytes = static_cast<std::uint32_t>(std::min<std::size_t>(count, size - at));
      auto const copy = std::make_unique<std::uint8_t[]>(bytes);
      std::copy_n(data + at, bytes, copy.get());
      session->add(to_server, {copy.get(), bytes});
      at += bytes;
    }
    if (step != 1) look_at(*session);
    if (step == 2 && session->first() != session->end()) session->remove_first();
    require(session->memory() <= shared.memory(), "the shared memory has the session's");
  }
  session->close(true);
  session->close(false);
  look_at(*session);
  session->reset();
  require(session->memory() == 0, "no memory after the session");
  return 0;
}
