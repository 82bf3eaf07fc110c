// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
// EXPECT: a device gets a copy of the table's bytes
#include <string>

#include "core/device/replicated.hpp"
#include "core/element/offload.hpp"

namespace warpline {

class Mistake final : public OffloadElement<Mistake> {
 public:
  using Reads = Payload<0>;
  using Writes = NoResult;
  explicit Mistake(Args&) {}
  struct Kernel {
    std::string const* names;
    WARPLINE_HD void operator()(Bytes) const {}
  };
  Kernel kernel(Device& device) const { return {names_.on(device)}; }

 private:
  std::string name_;
  Replicated<std::string> names_{name_};
};
WARPLINE_ELEMENT(Mistake);

}  // namespace warpline
