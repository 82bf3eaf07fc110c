// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
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
  /// An answer that comes later: `result` returns it when it is there, and nothing until then.
  static ControlAnswer later(std::function<std::optional<std::string>()> result) {
    ControlAnswer answer{std::string()};
    answer.later_ = std::move(result);
    return answer;
  }

  /// False while an answer that comes later is not there.
  bool ready() {
    if (!later_) return true;
    auto result = later_();
    if (!result) return false;
    text_ = std::move(*result);
    later_ = nullptr;
    return true;
  }

  /// The next piece; empty after the last. Only if `ready()`.
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
  std::function<std::optional<std::string>()> later_;
};

}  // namespace warpline
