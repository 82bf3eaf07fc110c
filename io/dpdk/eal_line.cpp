// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/dpdk/eal_line.hpp"

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "core/base/hex.hpp"

namespace warpline {
namespace {

constexpr int kMaxLcores = 128;  // RTE_MAX_LCORE of Debian's DPDK: -l accepts only lower numbers
constexpr unsigned kHeapMegabytes = 64;  // rings, port structures and the caches of the pools

/// The options given by the user, by name.
class Given {
 public:
  explicit Given(std::vector<std::string> const& arguments) : arguments_(arguments) {}

  bool any(std::initializer_list<std::string_view> names) const {
    return std::any_of(names.begin(), names.end(), [this](auto name) { return has(name); });
  }

 private:
  bool has(std::string_view name) const {
    bool const is_short = name.size() == 2;
    return std::any_of(arguments_.begin(), arguments_.end(), [&](std::string_view argument) {
      if (!argument.starts_with(name)) return false;
      auto const rest = argument.substr(name.size());
      return is_short || rest.empty() || rest[0] == '=';  // -l0-3, --huge-dir=/mnt
    });
  }

  std::vector<std::string> const& arguments_;
};

bool hex_digits(std::string_view text, std::size_t min, std::size_t max) {
  return text.size() >= min && text.size() <= max &&
         std::all_of(text.begin(), text.end(), [](char c) { return hex_value(c) >= 0; });
}

}  // namespace

std::vector<std::string> eal_line(EalRequest const& request, bool usable_hugepages) {
  Given const arguments(request.arguments);
  std::vector<std::string> line;
  auto const add = [&](std::initializer_list<std::string> words) {
    line.insert(line.end(), words);
  };

  if (!arguments.any({"-l", "-c", "--lcores"})) {
    auto const core = std::to_string(request.core);
    if (request.core < kMaxLcores)
      add({"-l", core});
    else
      add({"--lcores", "0@" + core});
  }

  bool const own_memory = arguments.any(
      {"--huge-dir", "--huge-unlink", "--socket-mem", "--socket-limit", "--legacy-mem",
       "--single-file-segments", "--match-allocations", "--huge-worker-stack", "--in-memory"});
  bool const shared = arguments.any({"--proc-type", "--huge-dir", "--huge-unlink", "--legacy-mem"});
  bool const no_huge = arguments.any({"--no-huge"}) || (!own_memory && !usable_hugepages);
  if (no_huge) {
    if (!arguments.any({"--no-huge"})) add({"--no-huge"});
    if (!shared && !arguments.any({"--no-shconf", "--in-memory"})) add({"--no-shconf"});
    if (!arguments.any({"-m", "--socket-mem"})) {
      // The pools bring their own memory, unless a device on the PCI bus must reach it.
      auto const pools = request.pci.empty() ? 0 : (request.memory >> 20) + 1;
      add({"-m", std::to_string(kHeapMegabytes + pools)});
    }
  } else if (!shared && !arguments.any({"--in-memory", "--no-shconf"})) {
    add({"--in-memory"});
  }

  if (!arguments.any({"-a", "--allow", "-b", "--block", "--no-pci"})) {
    if (request.pci.empty()) add({"--no-pci"});
    for (auto const& address : request.pci) add({"-a", address});
  }
  // One piece of memory, which a GPU can then have pinned as one.
  if (request.pci.empty() && !arguments.any({"--iova-mode", "-a", "--allow", "-b", "--block"}))
    add({"--iova-mode=va"});
  if (!arguments.any({"--telemetry", "--no-telemetry"})) add({"--no-telemetry"});
  if (!arguments.any({"--file-prefix"})) add({"--file-prefix=warpline"});

  line.insert(line.end(), request.arguments.begin(), request.arguments.end());
  return line;
}

std::string shell_line(std::vector<std::string> const& words) {
  constexpr std::string_view kPlain = "@%+=:,./-_";
  std::string text;
  for (auto const& word : words) {
    if (!text.empty()) text += ' ';
    bool const plain = !word.empty() && std::all_of(word.begin(), word.end(), [&](unsigned char c) {
      return std::isalnum(c) != 0 || kPlain.find(static_cast<char>(c)) != std::string_view::npos;
    });
    if (plain) {
      text += word;
      continue;
    }
    text += '\'';
    for (char const c : word) {
      if (c == '\'')
        text += "'\\''";
      else
        text += c;
    }
    text += '\'';
  }
  return text;
}

bool is_pci_address(std::string const& text) {
  std::string_view rest = text;
  auto const dot = rest.rfind('.');
  if (dot == std::string_view::npos || rest.size() != dot + 2) return false;
  if (rest[dot + 1] < '0' || rest[dot + 1] > '7') return false;
  rest = rest.substr(0, dot);
  auto const last = rest.rfind(':');
  if (last == std::string_view::npos || !hex_digits(rest.substr(last + 1), 2, 2)) return false;
  rest = rest.substr(0, last);
  auto const first = rest.find(':');
  if (first == std::string_view::npos) return hex_digits(rest, 2, 2);
  return hex_digits(rest.substr(0, first), 4, 8) && hex_digits(rest.substr(first + 1), 2, 2);
}

std::string full_pci_address(std::string const& text) {
  return std::count(text.begin(), text.end(), ':') == 1 ? "0000:" + text : text;
}

}  // namespace warpline
