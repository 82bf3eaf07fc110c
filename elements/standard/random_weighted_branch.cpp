// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "core/base/random.hpp"
#include "core/element/element.hpp"

namespace warpline {

/// Sends each packet to a random output.
///
///     FromInput -> branch :: RandomWeightedBranch(0.9, 0.1);
///     branch[0] -> ToOutput; branch[1] -> Discard;
///
/// The random numbers depend on the program's seed, the element's name and the worker.
///
/// Ports: 1 in, one out per weight (1 to 64).
/// Arguments: WEIGHT...: relative frequency of each output (0 or more).
/// Drops: none.
class RandomWeightedBranch final : public PacketElement<RandomWeightedBranch> {
 public:
  explicit RandomWeightedBranch(Args& args) : random_(args.seed()) {
    double total = 0;
    std::vector<double> upto;
    for (auto const& argument : args.rest("WEIGHT")) {
      auto const weight = args.value<double>(argument, "WEIGHT");
      if (!(weight >= 0 && std::isfinite(weight)))
        throw args.error_at(argument, "WEIGHT is '" + argument.text + "'; expected 0 or more");
      upto.push_back(total += weight);
    }
    if (upto.empty()) throw args.error("missing argument WEIGHT");
    if (!(total > 0 && std::isfinite(total)))
      throw args.error(std::string("the weights add up to ") +
                       (total > 0 ? "infinity" : "nothing"));
    for (auto const sum : upto) bounds_.push_back(static_cast<std::uint64_t>(sum / total * 0x1p32));
  }
  PortCounts ports() const override { return {1, static_cast<unsigned>(bounds_.size())}; }
  LinkTypeSet link_types() const override { return LinkTypeSet::all(); }

  Verdict operator()(Packet const&) {
    auto const drawn = random_.next() >> 32;
    unsigned output = 0;
    while (drawn >= bounds_[output]) ++output;
    return forward(output);
  }

 private:
  Random random_;
  std::vector<std::uint64_t> bounds_;  // running sums of the weights; the last one is 2^32
};
WARPLINE_ELEMENT(RandomWeightedBranch);

}  // namespace warpline
