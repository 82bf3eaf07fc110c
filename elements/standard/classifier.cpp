// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/element.hpp"
#include "elements/standard/byte_clause.hpp"

namespace warpline {

/// Sends each packet to the output of the first pattern that matches its bytes.
///
///     FromInput -> type :: Classifier(12/0800 23/06, 12/86dd, -);
///     type[0] -> ToOutput; type[1] -> ToOutput; type[2] -> Discard;
///
/// A pattern is a list of clauses that must all match; `-` matches every packet. A clause is
/// OFFSET/VALUE or OFFSET/VALUE%MASK: a decimal offset from the beginning of the frame, and two hex
/// digits per byte. `?` in the value matches any digit, `!` before the clause negates it. A clause
/// does not match a packet that ends within it.
///
/// Ports: 1 in, one out per pattern (1 to 64).
/// Arguments: PATTERN...: a pattern for each output.
/// Drops: no_match (none of the patterns matched).
class Classifier final : public PacketElement<Classifier> {
 public:
  explicit Classifier(Args& args) {
    for (auto const& pattern : args.rest("PATTERN"))
      patterns_.push_back(parse_pattern(args, pattern));
    if (patterns_.empty()) throw args.error("missing argument PATTERN");
  }
  PortCounts ports() const override { return {1, static_cast<unsigned>(patterns_.size())}; }

  Verdict operator()(Packet const& packet) const {
    for (std::size_t i = 0; i < patterns_.size(); ++i)
      if (matches(patterns_[i], packet)) return forward(static_cast<unsigned>(i));
    return drop<"no_match">();
  }

 private:
  using Pattern = std::vector<ByteClause>;

  static bool matches(Pattern const& pattern, Packet const& packet) {
    for (auto const& clause : pattern)
      if (!clause.matches(packet)) return false;
    return true;
  }

  std::vector<Pattern> patterns_;
};
WARPLINE_ELEMENT(Classifier);

}  // namespace warpline
