// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/inspector_options.hpp"

#include <sstream>
#include <string>
#include <utility>

#include "core/base/read_source.hpp"
#include "core/base/text.hpp"
#include "core/element/context.hpp"
#include "core/element/file_uses.hpp"
#include "elements/ids/append_file.hpp"
#include "elements/ids/prefilter/database_cache.hpp"
#include "elements/ids/rules/host_policies.hpp"

namespace warpline::ids {
namespace {

std::vector<std::string> words_of(std::string const& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

/// The value of the word of argument `name`; `fallback` if the argument is missing.
template <class Value, std::size_t kCount>
Value read_word(Args& args, std::string_view name, std::string const& fallback,
                std::pair<std::string_view, Value> const (&known)[kCount]) {
  auto const word = args.keyword<std::string>(name, fallback);
  std::vector<std::string> words;
  for (auto const& [text, value] : known) {
    if (text == word) return value;
    words.emplace_back(text);
  }
  throw args.error("expected " + alternatives(words), name);
}

/// The number of argument `name`, from `min` to `max`; `fallback` if the argument is missing.
template <class Number>
Number read_number(Args& args, std::string_view name, Number fallback, Number min, Number max) {
  auto const number = args.keyword<Number>(name, fallback);
  if (number < min || number > max)
    throw args.error(std::string(name) + " is " + std::to_string(number) + "; expected " +
                         std::to_string(min) + " to " + std::to_string(max),
                     name);
  return number;
}

constexpr std::uint32_t kMaxFlows = 1u << 27;
constexpr std::uint64_t kMaxMemory = std::uint64_t{1} << 40;

RuleFiles read_rule_files(Args& args) {
  RuleFiles files;
  files.rules = words_of(args.required<std::string>("RULES"));
  for (auto& file : files.rules) file = args.resolve(file);
  files.variables = args.path_or_empty("VARS");
  files.classification = args.path_or_empty("CLASSIFICATION");
  files.references = args.path_or_empty("REFERENCE");
  files.strict = args.keyword("STRICT", false);
  files.cache = args.keyword<std::string>("CACHE", DatabaseCache::default_folder());
  if (files.cache == "off") files.cache.clear();
  return files;
}

OutputOptions read_output(Args& args) {
  OutputOptions output;
  output.eve = args.keyword<std::string>("EVE", {});
  auto const types = words_of(args.keyword<std::string>("EVE_TYPES", {}));
  output.fast = args.keyword<std::string>("FAST", {});
  try {
    if (!types.empty()) read_event_types(types, output);
  } catch (ConfigError const& error) {
    throw args.error(error.what(), "EVE_TYPES");
  }
  return output;
}

DetectorOptions read_detector(Args& args) {
  DetectorOptions options;
  options.ips = read_word<bool>(args, "MODE", "ids", {{"ids", false}, {"ips", true}});
  options.tcp.midstream = args.keyword("MIDSTREAM", false);
  options.tunnels = args.keyword("TUNNELS", true);
  options.flows = read_number(args, "FLOWS", options.flows, 1u, kMaxFlows);
  options.stream_memory =
      read_number<std::uint64_t>(args, "STREAM_MEMORY", options.stream_memory, 1, kMaxMemory);
  options.tcp.depth = read_number(args, "DEPTH", options.tcp.depth, 1u, TcpTracker::kMaxDepth);
  options.defrag_memory =
      read_number<std::uint64_t>(args, "DEFRAG_MEMORY", options.defrag_memory, 1, kMaxMemory);
  options.http.memory =
      read_number<std::uint64_t>(args, "HTTP_MEMORY", options.http.memory, 1, kMaxMemory);
  options.http.inspect_at_once = options.ips;
  options.checksums = read_word<ChecksumPolicy>(args, "CHECKSUM", "auto",
                                                {{"on", ChecksumPolicy::kOn},
                                                 {"off", ChecksumPolicy::kOff},
                                                 {"auto", ChecksumPolicy::kAuto}});
  auto const hosts = args.path_or_empty("HOST_OS_POLICY");
  if (!hosts.empty()) options.hosts = read_host_policies(read_source(hosts, {}));
  options.max_alerts = args.keyword<std::uint32_t>("MAX_ALERTS", options.max_alerts);
  options.on_limit = read_word<LimitPolicy>(args, "ON_LIMIT", "ignore",
                                            {{"ignore", LimitPolicy::kIgnore},
                                             {"drop-flow", LimitPolicy::kDropFlow},
                                             {"pass-flow", LimitPolicy::kPassFlow},
                                             {"bypass", LimitPolicy::kBypass}});
  return options;
}

}  // namespace

InspectorOptions read_inspector_options(Args& args) {
  InspectorOptions options;
  options.files = read_rule_files(args);
  options.output = read_output(args);
  options.detector = read_detector(args);
  options.icmp_rate = args.keyword<std::uint32_t>("ICMP_RATE", options.icmp_rate);
  options.icmp_burst = read_number(args, "ICMP_BURST", options.icmp_burst, 1u, ~0u);
  return options;
}

std::shared_ptr<LoadedRules const> load_shared_rules(InspectorOptions const& options, Args& args) {
  auto const& files = options.files;
  std::ostringstream key;
  for (auto const& file : files.rules) key << file << '\n';
  key << files.variables << '\n' << files.classification << '\n' << files.references;
  key << files.strict << args.element_name();
  std::shared_ptr<LoadedRules const> rules;
  try {
    rules = args.context().shared.read<LoadedRules>(
        key.str(), [&] { return load_rules(files, options.output.fields); });
  } catch (ConfigError const& error) {
    if (!error.diagnostics().empty()) throw;
    throw args.error(error.what(), "RULES");
  }
  if (!rules->cache_notice.empty())
    args.context().notice(args.element_name() + ": " + rules->cache_notice);
  auto const& report = rules->report;
  if (report.skipped + report.refused > 0 || !report.warnings.empty())
    args.context().notice(args.element_name() + ": " + render(report));
  return rules;
}

void check_output_files(OutputOptions const& options, Args& args) {
  for (auto const& [path, name] :
       {std::pair{options.eve, "EVE"}, std::pair{options.fast, "FAST"}}) {
    if (path.empty()) continue;
    try {
      note_file_use(args.context(), {path, args.class_name() + " " + name, FileUse::Kind::kAppend});
      AppendFile::check(path);
    } catch (ConfigError const& error) {
      throw args.error(error.what(), name);
    }
  }
}

}  // namespace warpline::ids
