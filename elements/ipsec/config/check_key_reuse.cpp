// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/config/check_key_reuse.hpp"

#include "elements/ipsec/config/sa_words.hpp"
#include "elements/ipsec/database/key_reuse.hpp"

namespace warpline::ipsec {

void check_key_reuse(std::span<SaConfig const> sas, std::shared_ptr<Source const> const& shown) {
  KeyReuse keys;
  Findings findings(shown);
  for (auto const& sa : sas)
    if (auto const other = keys.hold(sa))
      findings.add(sa.position, "this SA has the key and salt of the one in line " +
                                    std::to_string(other->line) + ": " + KeyReuse::kReason);
  findings.raise();
}

}  // namespace warpline::ipsec
