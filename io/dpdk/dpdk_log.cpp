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
  auto& kept = log();
  std::lock_guard const lock(kept.mutex);
  bool const is_reason = rte_log_cur_msg_loglevel() <= static_cast<int>(RTE_LOG_WARNING);
  std::string_view rest(data, size);
  for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    kept.partial += rest.substr(0, end);
    kept.add(std::move(kept.partial), is_reason);
    kept.partial.clear();
    rest.remove_prefix(end + 1);
  }
  kept.partial += rest;
  return static_cast<ssize_t>(size);
}

}  // namespace

void DpdkLog::capture(bool echo) {
  auto& kept = log();
  {
    std::lock_guard const lock(kept.mutex);
    if (kept.stream != nullptr) return;
    kept.echo = echo;
    cookie_io_functions_t functions{};
    functions.write = write_log;
    kept.stream = fopencookie(nullptr, "w", functions);
  }
  if (kept.stream != nullptr) rte_openlog_stream(kept.stream);
}

std::size_t DpdkLog::mark() {
  std::lock_guard const lock(log().mutex);
  return log().written;
}

std::string DpdkLog::reasons_since(std::size_t mark) {
  auto& kept = log();
  std::lock_guard const lock(kept.mutex);
  auto const fresh = std::min(kept.written - mark, kept.lines.size());
  auto const first = kept.lines.end() - static_cast<std::ptrdiff_t>(fresh);

  // A library reports the same error at several levels of its call chain; once is enough.
  std::deque<std::string> reasons, plain;
  auto const add = [](std::deque<std::string>& to, std::string const& text, std::size_t max_lines) {
    for (auto const& other : to)
      if (other == text) return;
    to.push_back(text);
    if (to.size() > max_lines) to.pop_front();
  };
  for (auto line = first; line != kept.lines.end(); ++line)
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
