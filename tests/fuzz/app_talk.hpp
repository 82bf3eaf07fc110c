// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "elements/ids/app/app_session.hpp"
#include "tests/fuzz/require.hpp"

namespace warpline::fuzz {

/// Calls `use(to_server, bytes)` for each piece of a conversation: a byte with the direction in its
/// lowest bit, two with the size, then the bytes, in memory of their own.
template <class Use>
void each_piece(std::uint8_t const* data, std::size_t size, Use use) {
  while (size >= 3) {
    bool const to_server = (data[0] & 1) != 0;
    auto const announced = static_cast<std::size_t>(data[1] << 8 | data[2]);
    auto const taken = std::min(announced, size - 3);
    std::vector<std::uint8_t> const copy(data + 3, data + 3 + taken);
    use(to_server, Bytes{copy.data(), static_cast<std::uint32_t>(taken)});
    data += 3 + taken;
    size -= 3 + taken;
  }
}

/// All that rules and records can have of a session, which has removed no transaction.
inline std::string contents(ids::AppSession& session) {
  using namespace ids;
  std::string all;
  std::vector<char> space(65536);
  auto const write = [&](auto const& call) {
    JsonWriter out(space);
    out.open('{');
    call(out);
    out.close('}');
    all += out.text();
    all += '\n';
  };
  for (auto number = session.first(); number < session.end(); ++number) {
    for (unsigned i = 0; i < std::min(session.records(number), 3u); ++i)
      write([&](JsonWriter& out) { session.write_record(number, i, out); });
    write([&](JsonWriter& out) { session.write(number, out); });
    for (bool const to_server : {true, false}) {
      for (auto const& keyword : kAppBufferKeywords) {
        for (unsigned instance = 0; instance < 3; ++instance) {
          auto const found = session.buffer(number, to_server, keyword.buffer, instance);
          if (!found) break;
          all.append(reinterpret_cast<char const*>(found->bytes.data), found->bytes.size);
          all += '\n';
        }
      }
      for (auto const field : {AppField::kTlsVersion, AppField::kSslState, AppField::kDnsOpcode})
        all += std::to_string(session.value(number, to_server, field).value_or(~0u)) + '\n';
      all += session.is_complete(number, to_server) ? '1' : '0';
    }
  }
  return all;
}

/// A session of a stream gives the same whatever pieces the bytes come in; and after `reset`.
inline void test_stream(ids::AppSession& session, std::uint8_t const* data, std::size_t size) {
  using Status = ids::AppSession::Status;
  std::string first;
  for (std::uint32_t const cut : {~0u, 1u, 7u, ~0u}) {
    session.reset();
    auto status = Status::kContinue;
    each_piece(data, size, [&](bool to_server, Bytes bytes) {
      while (bytes.size > 0 && status == Status::kContinue) {
        auto const part = std::min(cut, bytes.size);
        status = session.add(to_server, {bytes.data, part});
        bytes = bytes.after(part);
      }
    });
    auto const all = contents(session) + std::to_string(static_cast<int>(status));
    if (first.empty()) first = all;
    require(all == first, "the same in other pieces");
  }
  while (session.first() < session.end()) session.remove_first();
}

}  // namespace warpline::fuzz
