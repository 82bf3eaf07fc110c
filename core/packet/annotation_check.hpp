// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/packet/annotations.hpp"

namespace warpline {

/// Compares what `valid` claims about the headers of a packet with what a parser finds: the name of the
/// first member that differs, or null. For debug builds and tests: slow.
char const* wrong_annotation(Packet const& packet, AnnotationSet valid) noexcept;

}  // namespace warpline
