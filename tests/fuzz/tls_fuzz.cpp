// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/app/probe.hpp"
#include "elements/ids/app/sessions.hpp"
#include "tests/fuzz/app_talk.hpp"

/// TLS, SSH and FTP, by the first byte.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace warpline;
  if (size == 0) return 0;
  auto const session = data[0] % 4 == 2   ? ids::make_ssh_session()
                       : data[0] % 4 == 3 ? ids::make_ftp_session()
                                          : ids::make_tls_session(data[0] % 4 == 0);
  fuzz::test_stream(*session, data + 1, size - 1);
  fuzz::each_piece(data + 1, size - 1, [](bool to_server, Bytes bytes) {
    constexpr std::uint16_t kPorts[]{53, 443, 445, 9999};
    for (auto const port : kPorts) ids::detect_protocol({bytes, true, to_server, port});
  });
  return 0;
}
