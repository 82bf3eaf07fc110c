// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace warpline {

/// A number with a description, for reports, `--json` and the control socket. Texts without an owner
/// are of static storage.
struct Metric {
  enum class Kind : unsigned char {
    kCounter,  ///< only grows
    kGauge,    ///< goes up and down
  };
  using Label = std::pair<std::string_view, std::string>;

  std::string_view name;  ///< in small letters with underscores, plural for counts: `alerts`
  std::string_view help;  ///< one sentence without its end: what is counted
  std::string_view unit;  ///< `packets`, `bytes`, `cycles`
  std::uint64_t value = 0;
  Kind kind = Kind::kCounter;
  std::vector<Label> labels{};  ///< distinguish metrics of one name: `{"group", "web"}`

  bool same_as(Metric const& other) const { return name == other.name && labels == other.labels; }
};

}  // namespace warpline
