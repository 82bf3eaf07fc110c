// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/config/check_key_reuse.hpp"

#include "core/base/diagnostics.hpp"
#include "core/base/mask_keys.hpp"
#include "elements/ipsec/database/key_reuse.hpp"

namespace warpline::ipsec {

void check_key_reuse(std::span<SaConfig const> sas, std::shared_ptr<Source const> const& source) {
  KeyReuse keys;
  Diagnostics diagnostics(source, mask_keys);
  for (auto const& sa : sas)
    if (auto const other = keys.hold(sa))
      diagnostics.error(sa.position, "this SA has the key and salt of the one in line " +
                                         std::to_string(other->line) + ": " + KeyReuse::kReason);
  diagnostics.throw_errors();
}

}  // namespace warpline::ipsec
