// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <toml++/toml.h>

#include <algorithm>
#include <functional>
#include <map>
#include <tuple>

#include "app/session/session_options.hpp"
#include "app/session/units.hpp"
#include "core/base/error.hpp"
#include "core/base/toml_scan.hpp"

namespace warpline::app {
namespace {

/// Reads one value of the file; throws `ConfigError` without a place for a bad one.
using Read = std::function<void(toml::node const&)>;
using Keys = std::map<std::string, Read>;

/// What the parsers of `app/session/units.hpp` call the value; the reader puts the key there.
constexpr char const* kHere = "";

std::uint64_t count_of(toml::node const& node, std::uint64_t least, std::uint64_t most) {
  if (auto const text = node.value_exact<std::string>())
    return parse_count(*text, kHere, least, most);
  auto const number = node.value_exact<std::int64_t>();
  if (!number || *number < 0) throw ConfigError("expected a count, e.g. 4096 or \"64k\"");
  return parse_count(std::to_string(*number), kHere, least, most);
}

std::chrono::nanoseconds duration_of(toml::node const& node) {
  auto const text = node.value_exact<std::string>();
  if (!text) throw ConfigError("expected a duration in quotes, e.g. \"100us\"");
  return parse_duration(*text, kHere);
}

bool bool_of(toml::node const& node) {
  auto const value = node.value_exact<bool>();
  if (!value) throw ConfigError("expected true or false");
  return *value;
}

std::string string_of(toml::node const& node) {
  auto const text = node.value_exact<std::string>();
  if (!text || text->empty()) throw ConfigError("expected a text in quotes");
  return *text;
}

std::vector<int> cores_of(toml::node const& node) {
  if (auto const text = node.value_exact<std::string>()) return parse_cores(*text, kHere);
  auto const* list = node.as_array();
  if (list == nullptr) throw ConfigError("expected processors, e.g. [1, 3] or \"2-5\"");
  std::vector<int> cores;
  for (auto const& each : *list) cores.push_back(static_cast<int>(count_of(each, 0, 4095)));
  return cores;
}

/// Walks the file and gathers what is wrong with it.
class Reader {
 public:
  explicit Reader(std::shared_ptr<Source const> source) : source_(std::move(source)) {}

  void table(toml::node const& node, std::string const& name, Keys const& keys) {
    auto const* table = node.as_table();
    if (table == nullptr) return error(node.source().begin, "expected a table: [" + name + "]");
    std::vector<std::string> known;
    for (auto const& [key, read] : keys) known.push_back(key);
    for (auto const& [key, value] : *table) {
      std::string const text(key.str());
      auto const found = keys.find(text);
      if (found == keys.end()) {
        error(key.source().begin, "unknown key '" + text + "'" +
                                      (name.empty() ? "" : " in [" + name + "]") +
                                      did_you_mean(text, known));
        continue;
      }
      try {
        found->second(value);
      } catch (ConfigError const& fault) {
        std::string const what = fault.what();
        error(value.source().begin, text + (what.starts_with(": ") ? "" : ": ") + what);
      }
    }
  }

  void error(toml::source_position place, std::string message) {
    findings_.push_back(
        {Diagnostic::Severity::kError, source_, {place.line, place.column}, std::move(message)});
  }

  void throw_if_any() {
    if (findings_.empty()) return;
    // Tables come in the order of their names; a reader goes from the top.
    std::stable_sort(findings_.begin(), findings_.end(), [](auto const& a, auto const& b) {
      return std::tie(a.position.line, a.position.column) <
             std::tie(b.position.line, b.position.column);
    });
    throw ConfigError(std::move(findings_));
  }

 private:
  std::shared_ptr<Source const> source_;
  std::vector<Diagnostic> findings_;
};

template <class T, class U>
void fill(std::optional<T>& option, U value) {
  if (!option) option = static_cast<T>(value);
}

template <class T>
void fill(std::vector<T>& option, std::vector<T> value) {
  if (option.empty()) option = std::move(value);
}

Keys cpu_keys(SessionOptions& options) {
  return {
      {"workers", [&](auto const& node) { fill(options.workers, count_of(node, 1, 1024)); }},
      {"cores", [&](auto const& node) { fill(options.cores, cores_of(node)); }},
      {"io_cores", [&](auto const& node) { fill(options.io_cores, cores_of(node)); }},
      {"host_cores",
       [&](auto const& node) {
         if (options.host_cores) return;
         if (node.is_integer()) return fill(options.host_cores, count_of(node, 0, 1024));
         options.host_core_list = cores_of(node);
         options.host_cores = static_cast<unsigned>(options.host_core_list.size());
       }},
      {"watchdog", [&](auto const& node) { fill(options.watchdog, duration_of(node)); }},
  };
}

Keys buffer_keys(SessionOptions& options) {
  return {
      {"count", [&](auto const& node) { fill(options.buffers, count_of(node, 64, 1u << 24)); }},
      {"size",
       [&](auto const& node) {
         fill(options.buffer_size, count_of(node, 64, DpdkPool::kMaxBufferSize));
       }},
  };
}

Keys offload_keys(SessionOptions& options) {
  return {
      {"devices",
       [&](auto const& node) {
         auto const* list = node.as_array();
         if (list == nullptr) throw ConfigError("expected names, e.g. [\"host\", \"cuda:0\"]");
         std::vector<std::string> names;
         for (auto const& each : *list) names.push_back(string_of(each));
         fill(options.devices, std::move(names));
       }},
      {"task_packets",
       [&](auto const& node) { fill(options.task_packets, count_of(node, 1, 1u << 20)); }},
      {"task_bytes",
       [&](auto const& node) {
         fill(options.task_bytes, count_of(node, 1, std::uint64_t{1} << 32));
       }},
      {"deadline", [&](auto const& node) { fill(options.deadline, duration_of(node)); }},
      {"tasks_in_flight",
       [&](auto const& node) { fill(options.tasks_in_flight, count_of(node, 1, 1024)); }},
      {"completion",
       [&](auto const& node) {
         fill(options.completion, parse_completion(string_of(node), kHere));
       }},
      {"transfer",
       [&](auto const& node) {
         auto const transfer = parse_transfer(string_of(node), kHere);
         if (!options.transfer) options.transfer = transfer;
       }},
      {"task_timeout", [&](auto const& node) { fill(options.task_timeout, duration_of(node)); }},
      {"ordered", [&](auto const& node) { fill(options.ordered, bool_of(node)); }},
  };
}

}  // namespace

void apply_config(SessionOptions& options) {
  if (options.config.empty()) return;
  auto const source = read_source(options.config);
  check_toml(source->text, source);
  Reader reader(source);
  toml::table file;
  try {
    file = toml::parse(std::string_view(source->text), options.config);
  } catch (toml::parse_error const& fault) {
    reader.error(fault.source().begin, std::string(fault.description()));
    reader.throw_if_any();
  }

  std::vector<PortText> ports;
  auto const table = [&](std::string name, Keys keys) {
    return [&reader, name = std::move(name), keys = std::move(keys)](toml::node const& node) {
      reader.table(node, name, keys);
    };
  };
  Keys const port_keys{{"device", [&](auto const& node) {
                          auto const begin = node.source().begin;
                          ports.push_back({string_of(node),
                                           source,
                                           {begin.line, begin.column + 1}});  // behind the quote
                        }}};
  reader.table(file, "",
               {{"cpu", table("cpu", cpu_keys(options))},
                {"buffers", table("buffers", buffer_keys(options))},
                {"offload", table("offload", offload_keys(options))},
                {"port", [&](toml::node const& node) {
                   auto const* list = node.as_array();
                   if (list == nullptr) throw ConfigError("expected [[port]] tables");
                   for (auto const& each : *list) {
                     auto const before = ports.size();
                     reader.table(each, "[port]", port_keys);
                     if (ports.size() == before && each.is_table())
                       reader.error(each.source().begin, "a port needs its device = \"...\"");
                   }
                 }}});
  reader.throw_if_any();
  fill(options.ports, std::move(ports));
}

}  // namespace warpline::app
