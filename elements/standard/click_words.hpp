// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "core/element/args.hpp"

namespace warpline {

/// Arguments of Click's and FastClick's elements that have no effect here.
inline constexpr std::string_view kClickWords[] = {"N_QUEUES", "PROMISC",  "NDESC", "BURST",
                                                   "IQUEUE",   "BLOCKING", "ACTIVE"};

/// Accepts each of `words`, from `kClickWords`, that is set and not yet read. One notice for the
/// element names them and their replacements.
void ignore_click_words(Args& args, std::span<std::string_view const> words = kClickWords);

}  // namespace warpline
