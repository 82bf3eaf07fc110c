// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/sa_args.hpp"

#include <random>

#include "core/base/wipe.hpp"
#include "core/element/context.hpp"
#include "elements/ipsec/config/gateway_file.hpp"
#include "elements/ipsec/config/policy_file.hpp"
#include "elements/ipsec/config/sa_file.hpp"
#include "elements/ipsec/control/sa_service.hpp"

namespace warpline::ipsec {
namespace {

/// Between the addresses that RFC 5737 keeps for documentation: no network routes its packets.
SaConfig made_up_sa(Suite suite, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uint8_t bytes[32 + 4 + 32];
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  auto const& sizes = info(suite);
  std::size_t const key_size = std::size_t{sizes.key_size} + sizes.salt_size;
  std::span const all(bytes);
  SaConfig sa;
  sa.form.source = *parse_ip_address("192.0.2.1");
  sa.form.destination = *parse_ip_address("192.0.2.2");
  sa.spi = 0x1000;
  sa.choose(suite);
  sa.key = Secret(all.first(key_size));
  sa.authentication = Secret(all.subspan(key_size, sizes.authentication_key_size));
  return sa;
}

std::shared_ptr<SaDatabase> load(Args& args, std::string const& sa_path,
                                 std::string const& policy_path, std::optional<Suite> suite) {
  auto& context = args.context();
  // SAs may come as requests.
  bool const may_be_empty = context.shared.single<RunConditions>()->has_control_socket;
  std::vector<SaConfig> sas;
  std::vector<Policy> policies;
  std::vector<Diagnostic> warnings;
  if (sa_path.empty()) {
    sas.push_back(made_up_sa(*suite, context.seed));
  } else if (sa_path.ends_with(".toml")) {
    auto file = load_gateway_file(sa_path);
    sas = std::move(file.sas);
    policies = std::move(file.policies);
    warnings = std::move(file.warnings);
    if (sas.empty() && !may_be_empty) throw args.error(sa_path + " holds no SA", "SA");
  } else {
    sas = load_sa_file(sa_path, &warnings, may_be_empty);
  }
  bool const empty = sas.empty();
  if (suite) std::erase_if(sas, [&](SaConfig const& sa) { return sa.suite != *suite; });
  if (sas.empty() && !empty)
    throw args.error(sa_path + " holds no SA of suite " + std::string(info(*suite).name), "SA");
  if (!policy_path.empty()) {
    if (!policies.empty())
      throw args.error(sa_path + " has policies; expected no others", "POLICY");
    auto file = load_policy_file(policy_path);
    warnings.insert(warnings.end(), file.warnings.begin(), file.warnings.end());
    policies = std::move(file.policies);
  }
  for (auto const& warning : warnings) context.notice(warning.render());
  SaDatabase::Options limits;
  limits.max_sas = context.shared.single<SaOptions>()->max_sas;
  // One for all databases of the program: an SA in one may share its key with an SA in another.
  limits.keys = context.shared.single<KeyReuse>();
  limits.readers = context.shared.single<Quiescence>();
  auto database = std::make_shared<SaDatabase>(sas, std::move(policies), limits);
  wipe_stack();
  return database;
}

}  // namespace

std::optional<Suite> suite_argument(Args& args) {
  auto const name = args.optional<std::string>("SUITE", "");
  if (name.empty()) return std::nullopt;
  if (auto const suite = find_suite(name)) return suite;
  throw args.error(unknown_suite(name), "SUITE");
}

std::shared_ptr<SaDatabase> database_argument(Args& args, std::optional<Suite> suite,
                                              std::optional<Direction> use) {
  auto const value = args.optional<std::string>("SA", "");
  auto const policies = args.path_or_empty("POLICY");
  auto const state = args.path_or_empty("STATE");
  auto& context = args.context();
  auto const path = value.empty() ? value : args.resolve(value);
  if (path.empty() && !suite)
    throw args.error(
        "expected a file of SAs as argument SA" +
        std::string(args.known().front() == "SUITE" ? ", or a suite as argument SUITE" : ""));
  if (path.empty())
    context.notice(args.class_name() +
                   " without an SA file: packets go to 192.0.2.2 under keys made up from the "
                   "seed, which is good for measuring alone");
  auto name = path;
  if (!policies.empty()) name += " with " + policies;
  if (suite) name += std::string(name.empty() ? "" : ", ") + std::string(info(*suite).name);
  auto& databases = SaService::of(context.shared)->databases();
  auto database = context.shared.get<SaDatabase>(name, [&] {
    auto const version = path.empty() ? FileVersion{} : FileVersion::of(path);
    auto result = load(args, path, policies, suite);
    databases.add(name, result, path, version);
    return result;
  });
  if (use) databases.use(name, *use);
  if (!state.empty() && !databases.keep_in(name, state))
    throw args.error("another element keeps the state of these SAs in another file; expected one",
                     "STATE");
  // Workers read it while a reload builds the next graph: it is written at the first use only.
  bool const one_thread = context.workers == 1;
  if (database->slots().single_threaded() != one_thread)
    database->slots().serve_one_thread(one_thread);
  return database;
}

}  // namespace warpline::ipsec
