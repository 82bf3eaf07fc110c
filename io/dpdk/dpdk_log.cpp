// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/dpdk/dpdk_log.hpp"

#include <rte_log.h>

#include <cstdio>
#include <deque>
#include <mutex>
#include <string_view>

namespace warpline {
namespace {

constexpr std::size_t kKept = 128;
constexpr std::size_t kPlainLines = 2;
constexpr std::size_t kMaxReasons = 4;

struct Line {
  std::string text;
  bool is_reason;
};

struct Log {
  std::mutex mutex;
  std::deque<Line> lines;
  std::size_t written = 0;
  std::string partial;
  FILE* stream = nullptr;
  bool echo = false;

  void add(std::string text, bool is_reason) {
    while (!text.empty() && (text.back() == ' ' || text.back() == '\r')) text.pop_back();
    if (text.empty()) return;
    if (echo) std::fprintf(stderr, "%s\n", text.c_str());
    if (lines.size() == kKept) lines.pop_front();
    lines.push_back({std::move(text), is_reason});
    ++written;
  }
};

// Never destroyed: DPDK's threads may log until the process ends.
Log& log() {
  static auto& instance = *new Log;
  return instance;
}

ssize_t write_log(void*, char const* data, std::size_t size) {
  auto& state = log();
  std::lock_guard const lock(state.mutex);
  bool const is_reason = rte_log_cur_msg_loglevel() <= static_cast<int>(RTE_LOG_WARNING);
  std::string_view rest(data, size);
  for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    state.partial += rest.substr(0, end);
    state.add(std::move(state.partial), is_reason);
    state.partial.clear();
    rest.remove_prefix(end + 1);
  }
  state.partial += rest;
  return static_cast<ssize_t>(size);
}

}  // namespace

void DpdkLog::capture(bool echo) {
  auto& state = log();
  {
    std::lock_guard const lock(state.mutex);
    if (state.stream != nullptr) return;
    state.echo = echo;
    cookie_io_functions_t functions{};
    functions.write = write_log;
    state.stream = fopencookie(nullptr, "w", functions);
  }
  if (state.stream != nullptr) rte_openlog_stream(state.stream);
}

std::size_t DpdkLog::mark() {
  std::lock_guard const lock(log().mutex);
  return log().written;
}

std::string DpdkLog::reasons_since(std::size_t mark) {
  auto& state = log();
  std::lock_guard const lock(state.mutex);
  auto const fresh = std::min(state.written - mark, state.lines.size());
  auto const first = state.lines.end() - static_cast<std::ptrdiff_t>(fresh);

  // A library reports the same error at several levels of its call chain; once is enough.
  std::deque<std::string> reasons, plain;
  auto const add = [](std::deque<std::string>& to, std::string const& text, std::size_t max_lines) {
    for (auto const& other : to)
      if (other == text) return;
    to.push_back(text);
    if (to.size() > max_lines) to.pop_front();
  };
  for (auto line = first; line != state.lines.end(); ++line)
    line->is_reason ? add(reasons, line->text, kMaxReasons) : add(plain, line->text, kPlainLines);

  std::string text;
  for (auto const& line : reasons.empty() ? plain : reasons) {
    if (!text.empty()) text += "; ";
    text += line;
  }
  return text;
}

void DpdkLog::add(std::string line, bool is_reason) {
  std::lock_guard const lock(log().mutex);
  log().add(std::move(line), is_reason);
}

}  // namespace warpline
