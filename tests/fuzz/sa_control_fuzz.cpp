// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json/parse.hpp>
#include <cstdint>
#include <memory>
#include <string_view>

#include "elements/ipsec/config/sa_file.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/support/sa_requests.hpp"

namespace {

using warpline::fuzz::require;
using namespace warpline;

std::shared_ptr<ipsec::SaDatabase> database() {
  auto const sas = ipsec::parse_sa_file(
      Source{"file",
             "src 10.0.0.1 dst 10.0.0.2 proto esp mode tunnel spi 0x101 "
             "aead rfc4106(gcm(aes)) 0x7777777777777777777777777777777777777777 128"});
  return std::make_shared<ipsec::SaDatabase>(sas, std::vector<ipsec::Policy>{},
                                             ipsec::SaDatabase::Options{.max_sas = 16});
}

}  // namespace

/// Lines of a client: each has one answer, in one line, an object with `ok` and, if that is false,
/// an error. The answers agree with the contents of the database.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const databases = std::make_shared<ipsec::SaDatabases>();
  auto const sas = database();
  databases->add("file", sas);
  test::SaRequests control(databases);
  std::string_view text(reinterpret_cast<char const*>(data), size);
  while (!text.empty()) {
    auto const line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    auto const before = sas->list().size();
    auto const answer = control.answer(line);
    require(answer.find('\n') == std::string::npos, "one line");
    auto const object = boost::json::parse(answer).as_object();
    bool const ok = object.at("ok").as_bool();
    require(ok != object.contains("error"), "an error where it is not ok");
    if (object.contains("deleted")) require(sas->list().size() == before - 1, "deleted");
    if (object.contains("added")) require(sas->list().size() > before, "added");
    require(sas->list().size() <= 16, "no more than there is room for");
    control.tick();
  }
  return 0;
}
