// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/polled_element.hpp"

#include <gtest/gtest.h>

#include "core/element/context.hpp"
#include "core/element/offload.hpp"
#include "tests/core/test_elements.hpp"

namespace warpline {
namespace {

/// Which of the functions that only polled elements have can be called on a `T`.
template <class T>
constexpr unsigned polled_functions() {
  unsigned count = 0;
  if constexpr (requires(T element, Outputs out) { element.poll(out); }) ++count;
  if constexpr (requires(T element) { element.is_source(); }) ++count;
  if constexpr (requires(T element) { element.finished(); }) ++count;
  if constexpr (requires(T element) { element.held(); }) ++count;
  if constexpr (requires(T element) { element.congested(); }) ++count;
  if constexpr (requires(T element) { element.drain(); }) ++count;
  if constexpr (requires(T element) { element.drained(); }) ++count;
  if constexpr (requires(T element, Waker & waker) { element.arm(waker); }) ++count;
  return count;
}
static_assert(polled_functions<PolledElement&>() == 8);
static_assert(polled_functions<Element&>() == 0, "the author of a plain element sees none of them");
static_assert(polled_functions<OffloadBase&>() == 0);

struct Held {
  unsigned polls = 0, drains = 0;
  bool congested = false;
};

/// Counts the calls that a graph makes, and is congested if the test requests it.
class TestPolled final : public PolledElement {
 public:
  explicit TestPolled(Args& args)
      : held_(args.context().shared.get<Held>("held", [] { return new Held; })) {}
  void process(BatchPtr batch, unsigned, Outputs& out) noexcept override {
    out.emit(std::move(batch));
  }
  unsigned poll(Outputs&) noexcept override { return ++held_->polls, 0; }
  bool congested() const noexcept override { return held_->congested; }
  void drain() noexcept override { ++held_->drains; }

 private:
  std::shared_ptr<Held> held_;
};
WARPLINE_ELEMENT(TestPolled);

TEST(PolledElement, SourcesWaitWhileOneIsCongested) {
  test::Rig rig;
  auto const held = rig.shared.get<Held>("held", [] { return new Held; });
  rig.build("TestSource -> TestPolled -> TestSink;");
  rig.bench->input = {{1}, {2}};
  EXPECT_EQ(rig.graph->poll(true), 1u);
  held->congested = true;
  EXPECT_EQ(rig.graph->poll(true), 0u);
  EXPECT_EQ(rig.bench->input.size(), 1u);
  held->congested = false;
  EXPECT_EQ(rig.graph->poll(true), 1u);
  EXPECT_EQ(held->polls, 3u);
  rig.graph->drain();
  EXPECT_EQ(held->drains, 1u);
}

TEST(PolledElement, OneThatHoldsPacketsKeepsTheGraphFromBeingDrained) {
  test::Rig rig;
  rig.build("hold :: TestHold; TestSource -> hold -> TestSink;");  // polled before the source
  EXPECT_TRUE(rig.graph->drained());
  rig.bench->input = {{1, 2, 3}};
  rig.graph->poll(true);
  EXPECT_EQ(rig.graph->held(), 3u);
  EXPECT_FALSE(rig.graph->drained());
  rig.graph->poll(false);
  EXPECT_EQ(rig.graph->held(), 0u);
  EXPECT_TRUE(rig.graph->drained());
  EXPECT_EQ(rig.bench->output.size(), 3u);
}

}  // namespace
}  // namespace warpline
