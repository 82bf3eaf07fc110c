// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/control/output_monitor.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/base/text.hpp"

namespace warpline::app {
namespace {

std::string name_of(OutputFile const& file) {
  return file.path() == "-" ? "standard output" : file.path();
}

std::string lost_text(OutputFile const& file) {
  return counted(file.lost(), file.unit()) + (file.lost() == 1 ? " was lost" : " were lost");
}

}  // namespace

OutputMonitor::OutputMonitor(std::shared_ptr<OutputFiles const> files, bool quiet)
    : all_(std::move(files)), quiet_(quiet) {
  add_new();
}

void OutputMonitor::add_new() {
  for (auto i = files_.size(); i < all_->all.size(); ++i)
    files_.push_back({all_->all[i], 0, false});
}

std::vector<std::string> OutputMonitor::look() {
  std::vector<std::string> lines;
  for (auto& [file, failures, failing] : files_) {
    auto const now = file->failures();
    if (now != failures) {
      failures = now;
      failing = true;
      lines.push_back(
          "error: " + name_of(*file) + ": cannot be written: " + std::strerror(file->last_error()) +
          (file->last_error() == EPIPE ? "; the run ends" : "; tried again every second"));
    }
    if (failing && file->error() == 0) {
      failing = false;
      if (!quiet_)
        lines.push_back("note: " + name_of(*file) + ": is written again; " + lost_text(*file));
    }
  }
  return lines;
}

std::vector<std::string> OutputMonitor::reopen() {
  std::vector<std::string> lines;
  for (auto& watched : files_) {
    auto& file = *watched.file;
    std::string reason;
    auto const result = file.reopen(reason);
    if (result == OutputFile::Reopened::kNotPossible)
      lines.push_back("error: " + name_of(file) + ": cannot be opened again: " + reason +
                      "; the old file is written on");
    else if (result == OutputFile::Reopened::kNewFile && !quiet_)
      lines.push_back("note: " + name_of(file) + ": a new file is written");
  }
  return lines;
}

bool OutputMonitor::reader_gone() const {
  return std::any_of(files_.begin(), files_.end(),
                     [](auto const& watched) { return watched.file->error() == EPIPE; });
}

std::vector<std::string> OutputMonitor::finish() {
  auto lines = look();
  for (auto const& [file, failures, failing] : files_)
    if (file->lost() > 0)
      lines.push_back("error: " + name_of(*file) + ": is not complete: " + lost_text(*file) + " (" +
                      std::strerror(file->last_error()) + ")");
  return lines;
}

bool OutputMonitor::complete() const {
  return std::all_of(files_.begin(), files_.end(), [](auto const& watched) {
    return watched.file->lost() == 0 && watched.file->error() == 0;
  });
}

}  // namespace warpline::app
