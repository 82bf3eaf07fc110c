// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/balance/policy/explanation.hpp"

#include <cstdio>

namespace warpline::balance {
namespace {

using Mode = Setting::Mode;
using Reason = Explanation::Reason;

template <class... Values>
std::string format(char const* pattern, Values... values) {
  char text[256];
  std::snprintf(text, sizeof text, pattern, values...);
  return text;
}

std::string split(Explanation const& why, std::string const& device) {
  auto const& setting = why.setting;
  if (setting.mode == Mode::kOwn) return "CPU only";
  auto const tasks = " in tasks of " + std::to_string(setting.task) + ", " +
                     std::to_string(setting.depth) + " at a time";
  if (setting.mode == Mode::kDevice) return device + " only" + tasks;
  return format("mixed, %.1f %% to ", 100 * why.offloaded) + device + tasks;
}

std::string reason(Explanation const& why) {
  switch (why.reason) {
    case Reason::kTrying:
      return "still trying";
    case Reason::kLightLoad:
      return format("the CPU keeps up, %.0f %% idle", 100 * why.idle);
    case Reason::kLatency:
      return format("offloading does not keep p99 below %.0f us", 1e6 * why.latency_bound);
    case Reason::kNoDevice:
      return "no usable device";
    case Reason::kFastest:
      break;
  }
  auto const gain = why.cpu_rate > 0 ? why.rate / why.cpu_rate - 1 : 0;
  if (why.setting.mode == Mode::kOwn) return "nothing tried was faster";
  return format("%+.0f %% over the CPU", 100 * gain);
}

std::string cost(double seconds, double byte_seconds) {
  auto all = format("%.3f us/packet", 1e6 * seconds);
  if (byte_seconds >= 0) all += format(" (of it %.2f ns/byte)", 1e9 * byte_seconds);
  return all;
}

}  // namespace

std::string text(Explanation const& why, std::string const& device) {
  auto all = split(why, device) + ": " + reason(why);
  if (why.cpu_seconds > 0) all += "; CPU " + cost(why.cpu_seconds, why.cpu_byte_seconds);
  if (why.device_seconds > 0)
    all += ", " + device + " " + cost(why.device_seconds, why.device_byte_seconds) +
           ", to offload " + cost(why.offload_seconds, -1);
  if (why.bytes > 0) all += format("; packets of %.0f bytes", why.bytes);
  if (why.p99_seconds > 0) all += format(", p99 %.0f us", 1e6 * why.p99_seconds);
  return all;
}

}  // namespace warpline::balance
