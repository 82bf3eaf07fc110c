// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/balance/balancer_args.hpp"

#include <fmt/format.h>

namespace warpline {

double positive_seconds(Args& args, char const* name, std::chrono::nanoseconds fallback) {
  auto const time = args.keyword(name, fallback);
  if (time.count() <= 0)
    throw args.error(fmt::format("{} is not a time; expected one above 0, e.g. 200ms", name), name);
  return std::chrono::duration<double>(time).count();
}

double share_keyword(Args& args, char const* name, double fallback, double min) {
  auto const share = args.keyword(name, fallback);
  if (!(share >= min && share <= 1))
    throw args.error(fmt::format("{} is {}; expected {} to 1", name, share, min), name);
  return share;
}

unsigned count_keyword(Args& args, char const* name, unsigned fallback, unsigned min,
                       unsigned max) {
  auto const count = args.keyword<unsigned>(name, fallback);
  if (count < min || count > max)
    throw args.error(fmt::format("{} is {}; expected {} to {}", name, count, min, max), name);
  return count;
}

}  // namespace warpline
