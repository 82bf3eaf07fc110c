// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>

namespace warpline::app {

/// The latest events, numbered from 0. All clients read the same log, each at its own position, so
/// memory is limited for any number of clients and any reading speed.
class EventLog {
 public:
  /// `max_bytes`: of the lines that are kept; the last one is kept in any case.
  explicit EventLog(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  /// Adds a line without its end. The oldest lines are removed until it fits.
  void add(std::string line) {
    bytes_ += line.size();
    lines_.push_back(std::move(line));
    while (bytes_ > max_bytes_ && lines_.size() > 1) remove_oldest();
  }
  /// Removes the events before number `position`, which no client needs.
  void remove_before(std::uint64_t position) {
    while (begin_ < position && !lines_.empty()) remove_oldest();
  }
  /// The number that the next event will get.
  std::uint64_t end() const { return begin_ + lines_.size(); }
  std::size_t bytes() const { return bytes_; }

  /// Appends events from number `position` on to `output`, a line each, until it has `max_bytes` or
  /// more, and moves `position` past them. One line gives the number of events that were removed.
  void read(std::uint64_t& position, std::size_t max_bytes, std::string& output) const {
    if (position < begin_) {
      output += "{\"event\":\"lost\",\"count\":" + std::to_string(begin_ - position) + "}\n";
      position = begin_;
    }
    for (; position < end() && output.size() < max_bytes; ++position)
      output.append(lines_[position - begin_]).push_back('\n');
  }

 private:
  void remove_oldest() {
    bytes_ -= lines_.front().size();
    lines_.pop_front();
    ++begin_;
  }

  std::size_t max_bytes_;
  std::size_t bytes_ = 0;
  std::uint64_t begin_ = 0;  // the number of the first line that is there
  std::deque<std::string> lines_;
};

}  // namespace warpline::app
