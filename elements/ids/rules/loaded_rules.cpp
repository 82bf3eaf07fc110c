// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/rules/loaded_rules.hpp"

#include <glob.h>
#include <malloc.h>

#include <algorithm>
#include <utility>

#include "core/base/read_source.hpp"
#include "elements/ids/rules/rule_parser.hpp"
#include "elements/ids/rules/variables_yaml.hpp"

namespace warpline::ids {
namespace {

/// The files of a pattern in the order of their names; the pattern itself if there are none.
std::vector<std::string> files_of(std::string const& pattern) {
  glob_t found{};
  std::vector<std::string> files;
  if (glob(pattern.c_str(), GLOB_NOCHECK, nullptr, &found) == 0)
    files.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  globfree(&found);
  return files;
}

std::vector<std::string> references_of(Rule const& rule, ReferenceUrls const& urls) {
  std::vector<std::string> result;
  for (auto const& reference : rule.references) {
    auto const url = urls.find(lower_case(reference.kind));
    result.push_back((url == urls.end() ? std::string() : url->second) + reference.id);
  }
  return result;
}

/// Bytes that are allocated; 0 with an allocator that does not count them, like those of sanitizers.
std::size_t heap_bytes() {
  auto const info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

}  // namespace

std::shared_ptr<LoadedRules> load_rules(RuleFiles const& files, EveOptions const& options) {
  auto const before = heap_bytes();
  auto variables = files.variables.empty() ? default_variables()
                                           : read_variables(read_source(files.variables, {}));
  auto classes = files.classification.empty()
                     ? default_classifications()
                     : read_classifications(read_source(files.classification, {}));
  ReferenceUrls urls;
  if (!files.references.empty()) urls = read_reference_urls(read_source(files.references, {}));
  RuleParser parser(std::move(variables), std::move(classes));
  for (auto const& pattern : files.rules)
    for (auto const& file : files_of(pattern)) parser.read(read_source(file, {}));
  auto const& report = parser.report();
  if (!report.errors.empty() && (files.strict || report.loaded == 0))
    throw ConfigError(report.errors);
  if (report.loaded == 0) throw ConfigError("no rule is loaded; " + render(report));
  RuleSet set(parser.take_rules());
  DatabaseCache cache(files.cache);
  std::shared_ptr<GroupTables const> tables;
  if (!set.groups().searches().empty()) tables = std::make_shared<GroupTables>(set.groups(), cache);
  std::vector<std::shared_ptr<HyperscanDatabase const>> app_databases;
  for (auto const& buffer : set.app_buffers())
    app_databases.push_back(buffer.patterns.patterns.empty() ? nullptr
                                                             : cache.get(buffer.patterns));
  std::vector<RuleOutput> output;
  output.reserve(set.rules().size());
  for (auto const& compiled : set.rules()) {
    auto const references = references_of(compiled.rule, urls);
    output.push_back(rule_output(compiled.rule, compiled.rule.category, references, options));
  }
  auto rules = std::make_shared<LoadedRules>(LoadedRules{std::move(set), report, std::move(tables),
                                                         std::move(output),
                                                         std::move(app_databases), cache.notice()});
  auto const after = heap_bytes();
  rules->bytes = after - std::min(before, after);
  return rules;
}

}  // namespace warpline::ids
