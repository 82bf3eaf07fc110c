// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>

#include "core/base/error.hpp"
#include "elements/ipsec/model/sa_config.hpp"

namespace warpline::ipsec {

/// Throws `ConfigError` with the place of each SA of a file that shares its key with an earlier SA
/// (see `KeyReuse`). `source` is the file as users see it.
void check_key_reuse(std::span<SaConfig const> sas, std::shared_ptr<Source const> const& source);

}  // namespace warpline::ipsec
