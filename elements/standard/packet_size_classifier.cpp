// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/element.hpp"

namespace warpline {

/// Sends each packet to an output by the length of its frame.
///
///     FromInput -> size :: PacketSizeClassifier(128, 512);
///     size[0] -> ToOutput; size[1] -> ToOutput; size[2] -> Discard;
///
/// Output 0 gets frames shorter than the first bound, output 1 those shorter than the second, and
/// so on; the last output gets the rest.
///
/// Ports: 1 in, one out more than there are bounds (2 to 64).
/// Arguments: BOUND...: lengths in bytes, ascending (1 to 65535, default 128, 512).
/// Drops: none.
class PacketSizeClassifier final : public PacketElement<PacketSizeClassifier> {
 public:
  explicit PacketSizeClassifier(Args& args) {
    for (auto const& argument : args.rest("BOUND")) {
      auto const bound = args.value<std::uint16_t>(argument, "BOUND");
      if (bound == 0 || (!bounds_.empty() && bound <= bounds_.back()))
        throw args.error_at(argument, "BOUND is " + argument.text + "; expected " +
                                          std::to_string(bounds_.empty() ? 1 : bounds_.back() + 1) +
                                          " or more");
      bounds_.push_back(bound);
    }
    if (bounds_.empty()) bounds_ = {128, 512};
  }
  PortCounts ports() const override { return {1, static_cast<unsigned>(bounds_.size()) + 1}; }
  LinkTypeSet link_types() const override { return LinkTypeSet::all(); }

  Verdict operator()(Packet const& packet) const {
    unsigned output = 0;
    while (output < bounds_.size() && packet.length >= bounds_[output]) ++output;
    return forward(output);
  }

 private:
  std::vector<std::uint16_t> bounds_;
};
WARPLINE_ELEMENT(PacketSizeClassifier);

}  // namespace warpline
