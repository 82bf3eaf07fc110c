// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/standard/click_words.hpp"

#include <string>

#include "core/element/context.hpp"

namespace warpline {
namespace {

struct ClickWord {
  std::string_view name;
  std::string_view instead;  ///< the replacement
};

constexpr ClickWord kWords[] = {
    {"N_QUEUES", "--workers N gives every -p port N queues, one for each worker"},
    {"PROMISC", "write -p PORT,promiscuous=yes or no"},
    {"NDESC", "write -p PORT,descriptors=N"},
    {"BURST", "a batch goes on as a whole"},
    {"IQUEUE", "write -p PORT,descriptors=N for the length of the port's own queue"},
    {"BLOCKING",
     "packets that a full queue of the port refuses are dropped as tx_queue_full; "
     "-p PORT,descriptors=N makes it longer"},
    {"ACTIVE", "every element is active; remove it from the pipeline to switch it off"},
};

std::string_view instead_of(std::string_view word) {
  for (auto const& entry : kWords)
    if (entry.name == word) return entry.instead;
  return {};
}

}  // namespace

void ignore_click_words(Args& args, std::span<std::string_view const> words) {
  std::string names, hints;
  unsigned count = 0;
  for (auto const word : words) {
    if (!args.ignore(word)) continue;
    names += (count++ == 0 ? "" : ", ") + std::string(word);
    hints += "; " + std::string(word) + ": " + std::string(instead_of(word));
  }
  if (count == 0) return;
  args.context().notice("'" + args.element_name() + "' (" + args.class_name() + "): " + names +
                        (count == 1 ? " has" : " have") + " no effect here" + hints);
}

}  // namespace warpline
