// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/sa_args.hpp"

#include <random>

#include "core/context.hpp"

namespace warpline::ipsec {
namespace {

/// Between the addresses that RFC 5737 keeps for documentation: no network routes its packets.
SaConfig made_up_sa(Suite suite, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uint8_t secret[40];
  for (auto& byte : secret) byte = static_cast<std::uint8_t>(random());
  auto const& sizes = info(suite);
  SaConfig sa;
  sa.source = be32::of(0xc0000201);
  sa.destination = be32::of(0xc0000202);
  sa.spi = 0x1000;
  sa.suite = suite;
  sa.keys = make_sa_keys(suite, secret, secret + sizes.key_size + sizes.salt_size,
                         sizes.authentication_key_size);
  return sa;
}

}  // namespace

Suite suite_argument(Args& args) {
  auto const name = args.required<std::string>("SUITE");
  if (auto const suite = find_suite(name)) return *suite;
  throw args.error(unknown_suite(name), "SUITE");
}

std::shared_ptr<SaTable> sa_argument(Args& args, Suite suite) {
  auto const given = args.optional<std::string>("SA", "");
  auto& context = args.context();
  auto const path = given.empty() ? given : args.resolve(given);
  if (path.empty())
    context.notice(args.class_name() +
                   " without an SA file: packets go to 192.0.2.2 under keys made up from the "
                   "seed, which is good for measuring alone");
  auto const key = std::string(info(suite).name) + ' ' + path;
  auto table = context.shared.get<SaTable>(key, [&] {
    if (path.empty()) {
      auto const sa = made_up_sa(suite, context.seed);
      return std::make_shared<SaTable>(std::span(&sa, 1));
    }
    auto const sas = sas_of_suite(load_sa_file(path), suite);
    if (sas.empty())
      throw args.error(path + " holds no SA of suite " + std::string(info(suite).name), "SA");
    return std::make_shared<SaTable>(sas);
  });
  table->serve_one_thread(context.workers == 1);
  return table;
}

}  // namespace warpline::ipsec
