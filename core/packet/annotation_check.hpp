// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/packet/annotations.hpp"

namespace warpline {

/// Compares the annotations in `valid` with what a parser finds in the packet. Returns the name of
/// the first member that differs, or null. For debug builds and tests: slow.
char const* wrong_annotation(Packet const& packet, AnnotationSet valid) noexcept;

}  // namespace warpline
