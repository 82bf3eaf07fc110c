// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/session/open_devices.hpp"
#include "app/session/session_options.hpp"
#include "app/session/units.hpp"
#include "core/base/toml_scan.hpp"
#include "core/base/toml_table.hpp"

namespace warpline::app {
namespace {

/// The parsers of `app/session/units.hpp` get no name for a value: the reader adds the key.
constexpr char const* kNoName = "";

std::uint64_t count_of(toml::node const& node, std::uint64_t min, std::uint64_t max) {
  if (auto const text = node.value_exact<std::string>())
    return parse_count(*text, kNoName, min, max);
  auto const number = node.value_exact<std::int64_t>();
  if (!number || *number < 0) throw ConfigError("expected a count, e.g. 4096 or \"64k\"");
  return parse_count(std::to_string(*number), kNoName, min, max);
}

std::chrono::nanoseconds duration_of(toml::node const& node) {
  auto const text = node.value_exact<std::string>();
  if (!text) throw ConfigError("expected a duration in quotes, e.g. \"100us\"");
  return parse_duration(*text, kNoName);
}

bool bool_of(toml::node const& node) {
  auto const value = node.value_exact<bool>();
  if (!value) throw ConfigError("expected true or false");
  return *value;
}

std::string string_of(toml::node const& node) {
  auto text = text_of(node, "a text");
  if (text.empty()) throw ConfigError("expected a text in quotes");
  return text;
}

std::vector<int> cores_of(toml::node const& node) {
  if (auto const text = node.value_exact<std::string>()) return parse_cores(*text, kNoName);
  auto const* list = node.as_array();
  if (list == nullptr) throw ConfigError("expected processors, e.g. [1, 3] or \"2-5\"");
  std::vector<int> cores;
  for (auto const& entry : *list) cores.push_back(static_cast<int>(count_of(entry, 0, 4095)));
  return cores;
}

template <class T, class U>
void fill(std::optional<T>& option, U value) {
  if (!option) option = static_cast<T>(value);
}

template <class T>
void fill(std::vector<T>& option, std::vector<T> value) {
  if (option.empty()) option = std::move(value);
}

TomlKeys cpu_keys(SessionOptions& options) {
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

TomlKeys buffer_keys(SessionOptions& options) {
  return {
      {"count", [&](auto const& node) { fill(options.buffers, count_of(node, 64, 1u << 24)); }},
      {"size",
       [&](auto const& node) {
         fill(options.buffer_size, count_of(node, 64, DpdkPool::kMaxBufferSize));
       }},
  };
}

TomlKeys offload_keys(SessionOptions& options) {
  return {
      {"devices",
       [&](auto const& node) {
         auto const* list = node.as_array();
         if (list == nullptr) throw ConfigError("expected names, e.g. [\"host\", \"cuda:0\"]");
         std::vector<std::string> names;
         for (auto const& entry : *list) {
           names.push_back(string_of(entry));
           check_device_name(names.back());
         }
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
      {"streams", [&](auto const& node) { fill(options.streams, count_of(node, 1, 64)); }},
      {"completion",
       [&](auto const& node) {
         fill(options.completion, parse_completion(string_of(node), kNoName));
       }},
      {"transfer",
       [&](auto const& node) {
         auto const transfer = parse_transfer(string_of(node), kNoName);
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
  Diagnostics diagnostics(source);
  auto const file = parse_toml(source->text, options.config, diagnostics);

  std::vector<PortText> ports;
  auto const table = [&](std::string name, TomlKeys keys) {
    return [&diagnostics, name = std::move(name), keys = std::move(keys)](toml::node const& node) {
      TomlTableReader(name, diagnostics).read(node, keys);
    };
  };
  TomlKeys const port_keys{{"device", [&](auto const& node) {
                              auto const begin = node.source().begin;
                              ports.push_back({string_of(node),
                                               source,
                                               {begin.line, begin.column + 1}});  // after the quote
                            }}};
  auto const read_ports = [&](toml::node const& node) {
    auto const* list = node.as_array();
    if (list == nullptr) throw ConfigError("expected [[port]] tables");
    for (auto const& entry : *list) {
      TomlTableReader reader("[[port]]", diagnostics);
      auto const keys = reader.read(entry, port_keys);
      if (entry.is_table() && !keys.contains("device"))
        reader.fail(place_of(entry.source()), "a port needs its device = \"...\"");
    }
  };
  TomlTableReader("", diagnostics)
      .read(file, {{"cpu", table("[cpu]", cpu_keys(options))},
                   {"buffers", table("[buffers]", buffer_keys(options))},
                   {"offload", table("[offload]", offload_keys(options))},
                   {"port", read_ports}});
  diagnostics.throw_errors();
  fill(options.ports, std::move(ports));
}

}  // namespace warpline::app
