// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/control/control_commands.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "core/base/error.hpp"
#include "core/base/mask_keys.hpp"
#include "core/base/text.hpp"
#include "core/base/wipe.hpp"
#include "core/element/control_request.hpp"

namespace warpline::app {

namespace json = boost::json;

namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

/// The answer is in memory as a whole: errors in a text of 100,000 lines need not all be in it.
std::string shorten(std::string text) {
  constexpr std::size_t kMaxError = std::size_t{64} << 10;
  if (text.size() <= kMaxError) return text;
  auto end = kMaxError;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;  // whole UTF-8
  auto const rest = text.size() - end;
  text.resize(end);
  return text + "\n(" + std::to_string(rest) + " more bytes of errors)";
}

}  // namespace

std::vector<std::string> ControlCommands::commands() const {
  std::vector<std::string> all;
  for (auto const& service : services_)
    for (auto& command : service->commands()) all.push_back(std::move(command));
  if (reload_) all.emplace_back("reload");
  all.emplace_back("metrics");
  all.emplace_back("events");
  return all;
}

ControlAnswer ControlCommands::dispatch(ControlRequest& request) {
  auto const names = commands();
  auto words = names;
  for (auto& word : words) word = '"' + word + '"';
  auto const expected = alternatives(words);
  auto const command = request.take_text("command", expected);
  for (auto const& service : services_)
    for (auto const& name : service->commands())
      if (name == command) return service->answer(name, request);
  if (reload_ && command == "reload") {
    request.finish();
    return reload_();
  }
  bool const wants_metrics = command == "metrics";
  if (!wants_metrics && command != "events")
    throw ConfigError("unknown command " + quoted(mask_keys(command)) + "; expected " + expected +
                      did_you_mean(std::string(command), names));
  request.finish();
  if (wants_metrics) return metrics();
  ControlAnswer answer(R"({"ok":true})");
  answer.waits_for_events = true;
  return answer;
}

ControlAnswer ControlCommands::metrics() const {
  json::array array;
  for (auto const& metric : metrics_()) {
    json::object labels;
    for (auto const& [name, value] : metric.labels) labels[name] = value;
    array.push_back({{"name", metric.name},
                     {"help", metric.help},
                     {"unit", metric.unit},
                     {"kind", metric.kind == Metric::Kind::kCounter ? "counter" : "gauge"},
                     {"labels", std::move(labels)},
                     {"value", metric.value}});
  }
  return json::serialize(json::object{{"metrics", std::move(array)}, {"ok", true}});
}

ControlAnswer ControlCommands::answer(std::string_view line) {
  if (line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  // After all else, when the functions that had keys have returned.
  struct WipeStack {
    ~WipeStack() { wipe_stack(); }
  } const wipe_stack_at_end;
  try {
    ControlRequest request(line);
    return dispatch(request);
  } catch (std::exception const& error) {
    return json::serialize(
        json::object{{"ok", false}, {"error", shorten(mask_keys(error.what()))}});
  }
}

}  // namespace warpline::app
