// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/element/args.hpp"
#include "core/element/metric.hpp"
#include "core/element/outputs.hpp"
#include "core/element/registry.hpp"
#include "core/element/verdict_loop.hpp"
#include "core/net/link_type.hpp"
#include "core/packet/annotations.hpp"
#include "core/packet/batch.hpp"
#include "core/packet/verdict.hpp"

namespace warpline {

class OffloadBase;
class PolledElement;

/// Numbers of input and output ports of an element; `kAny` if the graph's connections decide.
struct PortCounts {
  static constexpr unsigned kAny = ~0u;
  unsigned inputs = 1;
  unsigned outputs = 1;
  unsigned optional_outputs = 0;  ///< number of the last outputs that may be left unconnected
};

/// A node of the packet graph. Each worker has its own instance, used by its thread alone.
class Element {
 public:
  virtual ~Element() = default;

  virtual PortCounts ports() const { return {1, 1}; }

  /// Handles a batch that arrived on input `port`. Every packet must be emitted, dropped,
  /// transmitted or kept. Must not throw, block or allocate.
  virtual void process(BatchPtr batch, unsigned port, Outputs& out) noexcept = 0;

  /// Metrics in addition to those of the graph. Reports add up the instances of all workers. Any
  /// thread.
  virtual std::vector<Metric> metrics() const { return {}; }
  /// For reports: one line, without a line break, that explains the current behaviour; may be
  /// empty. Any thread.
  virtual std::string explanation() const { return {}; }

  /// Takes over the state of `old`, the element of the same name and class in the graph that is
  /// being replaced. Called on the worker's thread, after the last packet of `old`, before
  /// `old.stop()` and before `start`. `old.stop()` ends the state that is not taken over; the control
  /// thread frees it.
  virtual void take_over(Element& old) { (void)old; }
  /// Called on the worker's thread before the first packet and after the last.
  virtual void start() {}
  virtual void stop() noexcept {}

  /// Use of annotations, if that depends on the arguments; otherwise the types `Uses`, `Sets` and
  /// `Clears` of the class describe it.
  virtual std::optional<AnnotationUse> annotations() const { return std::nullopt; }

  /// Link types of the frames that the element can handle, or that a source receives. A graph in
  /// which frames of another type reach the element is refused. An element that reads no headers
  /// returns all of them.
  virtual LinkTypeSet link_types() const { return LinkType::kEthernet; }

  /// Not null if a device can run the element.
  virtual OffloadBase* offload() { return nullptr; }
  /// Not null if the worker polls the element.
  virtual PolledElement* polled() noexcept { return nullptr; }
};

/// An element that decides packet by packet: `Verdict operator()(Packet&)`, or `(Packet const&)` if
/// it changes no packet, which saves 0.2 cycles a packet. One virtual call a batch, the loop is
/// inlined. Outputs beyond the first are declared by overriding `ports()`.
template <class Self>
class PacketElement : public Element {
 public:
  void process(BatchPtr batch, unsigned, Outputs& out) noexcept final {
    static_assert(std::is_invocable_r_v<Verdict, Self&, Packet&>,
                  "a PacketElement has `Verdict operator()(Packet&)`, public");
    auto& self = static_cast<Self&>(*this);
    using PacketRef =
        std::conditional_t<std::is_invocable_v<Self&, Packet const&>, Packet const&, Packet&>;
    emit_by_verdict(std::move(batch), out,
                    [&self](PacketRef packet, unsigned) { return self(packet); });
  }
};

}  // namespace warpline
