// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <utility>

namespace warpline {

/// The answer to a request: one line without its end, in one piece or made piece by piece while the
/// client reads it, so that a long answer never lies in memory as a whole. Control thread only.
class ControlAnswer {
 public:
  ControlAnswer(std::string text) : text_(std::move(text)) {}
  /// `next` returns the pieces in order, and an empty one after the last. It must not throw.
  explicit ControlAnswer(std::function<std::string()> next) : next_(std::move(next)) {}

  /// The next piece; empty after the last.
  std::string next() {
    if (!text_.empty()) return std::exchange(text_, {});
    return next_ ? next_() : std::string();
  }
  /// All remaining pieces as one text.
  std::string whole() {
    std::string all;
    for (auto piece = next(); !piece.empty(); piece = next()) all += piece;
    return all;
  }

  /// The client waits for events from now on: it stays connected without further requests.
  bool waits_for_events = false;

 private:
  std::string text_;
  std::function<std::string()> next_;
};

}  // namespace warpline
