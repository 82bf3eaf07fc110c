// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "core/element/element.hpp"
#include "core/element/waker.hpp"

namespace warpline {

/// An element that originates packets or holds them between turns: the worker polls it once a turn.
/// All calls come from the worker's thread.
class PolledElement : public Element {
 public:
  PolledElement* polled() noexcept final { return this; }

  /// Does the work of one turn. Returns the number of packets that it emitted.
  virtual unsigned poll(Outputs& out) noexcept = 0;

  /// True for an element that receives packets from outside. The worker stops sources first when it
  /// drains. The answer never changes.
  virtual bool is_source() const { return false; }
  /// True when a source will never emit again.
  virtual bool finished() const noexcept { return false; }

  /// Number of packets held between calls.
  virtual std::size_t held() const noexcept { return 0; }
  /// True while the element cannot emit the packets that it holds. Sources are not polled
  /// meanwhile.
  virtual bool congested() const noexcept { return false; }

  /// Called once, after the sources have stopped, when the worker begins to drain.
  virtual void drain() noexcept {}
  /// True when the element holds nothing that a draining worker must wait for.
  virtual bool drained() const noexcept { return held() == 0; }

  /// Drops all held packets with `reason`. Called if a graph that is being replaced does not drain
  /// in time. Elements that hold packets override it.
  virtual void drop_held(Outputs& out, DropReason reason) noexcept { (void)out, (void)reason; }

  /// Requests a wake-up when there may be work. Called before the worker sleeps. Returns false if
  /// the element must be polled instead. The worker polls once more after the call.
  virtual bool arm(Waker& waker) noexcept {
    (void)waker;
    return !is_source() && held() == 0;
  }
};

/// An element that receives packets from outside: no inputs, one output.
class SourceElement : public PolledElement {
 public:
  PortCounts ports() const override { return {0, 1}; }
  void process(BatchPtr, unsigned, Outputs&) noexcept final {}
  bool is_source() const final { return true; }
};

/// True if the element receives packets from outside.
inline bool is_source(Element& element) {
  auto const* polled = element.polled();
  return polled != nullptr && polled->is_source();
}

}  // namespace warpline
