// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/config/sa_replay.hpp"

#include <algorithm>

#include "core/base/numbers.hpp"

namespace warpline::ipsec {
namespace {

constexpr char const* kNumber = "a number below 2^32";
constexpr std::uint32_t kWordBits = 32;

/// Reorders the bits of a ring of `window` bits, in which number n has bit (n - 1) % `window`, from
/// the newest number down. Bits of the last word outside the window count as received.
std::vector<std::uint32_t> unrolled(std::vector<std::uint32_t> const& ring, std::uint32_t window,
                                    std::uint32_t newest) {
  std::vector<std::uint32_t> bits((window + kWordBits - 1) / kWordBits, ~0u);
  for (std::uint32_t back = 0; back < window; ++back) {
    auto const index = ((newest - 1) % window + window - back) % window;
    if ((ring[index / kWordBits] >> index % kWordBits & 1) == 0)
      bits[back / kWordBits] &= ~(1u << back % kWordBits);
  }
  return bits;
}

}  // namespace

std::uint32_t* SaReplay::place_of(std::string_view name) {
  if (name.starts_with("replay-")) name.remove_prefix(sizeof "replay-" - 1);
  if (name == "seq") return &received_;
  if (name == "seq-hi") return &high_received_;
  if (name == "oseq") return &sent_;
  return name == "oseq-hi" ? &high_sent_ : nullptr;
}

void SaReplay::read_number(Word const& field) {
  if (auto const value = cursor_.number(field, kNumber)) *place_of(field.text) = *value;
}

/// A number as it is printed: a comma may follow it.
std::optional<std::uint32_t> SaReplay::number(Word const& name, std::string const& expected) {
  auto const* const word = cursor_.value(name, expected);
  if (word == nullptr) return std::nullopt;
  auto text = word->text;
  if (text.ends_with(',')) text.remove_suffix(1);
  bool const hexadecimal = text.starts_with("0x");
  if (auto const value =
          to_number<std::uint32_t>(hexadecimal ? text.substr(2) : text, hexadecimal ? 16 : 10))
    return value;
  cursor_.fail(*word, quoted(name.text) + " " + quoted(word->text) + ": expected " + expected);
  return std::nullopt;
}

/// Reads the words after `bitmap-length`, the last of the ring first. False with an error if their
/// number is different.
bool SaReplay::read_bitmap(Word const& name) {
  constexpr std::uint32_t kMaxWords = ReplayWindow::kMax / kWordBits;
  std::string const expected = "words of the bitmap, at most " + std::to_string(kMaxWords);
  auto const count = number(name, expected);
  if (!count) return false;
  if (*count > kMaxWords) {
    cursor_.fail(cursor_.last(), "expected " + expected);
    return false;
  }
  ring_.assign(*count, 0);
  for (auto word = ring_.rbegin(); word != ring_.rend(); ++word) {
    bool const none = cursor_.at_end() || is_field_(cursor_.peek().text);
    auto const value = none ? std::nullopt : to_number<std::uint32_t>(cursor_.take().text, 16);
    if (!value) {
      cursor_.fail(none ? name : cursor_.last(), "expected a bitmap of " + std::to_string(*count) +
                                                     " words of 8 hexadecimal digits");
      return false;
    }
    *word = *value;
  }
  return true;
}

void SaReplay::read_context(Word const& field) {
  auto const skip = [this] {
    while (!cursor_.at_end() && !is_field_(cursor_.peek().text)) cursor_.take();
  };
  auto const fail = [&](Word const& word, std::string message) {
    cursor_.fail(word, std::move(message));
    skip();
  };
  if (!cursor_.at_end() && cursor_.peek().text == "esn") cursor_.take();
  auto const* const context = cursor_.value(field, "'context:' or 'esn context:'");
  if (context == nullptr) return;
  if (context->text != "context:")
    return fail(*context, quoted(context->text) + ": expected 'context:' or 'esn context:'");
  while (!cursor_.at_end() && !is_field_(cursor_.peek().text)) {
    auto const& name = cursor_.take();
    if (name.text == "bitmap-length") {
      if (!read_bitmap(name)) return skip();
      continue;
    }
    auto* place = name.text.starts_with("replay") ? nullptr : place_of(name.text);
    std::uint32_t other = 0;
    if (place == nullptr && (name.text == "bitmap" || name.text == "replay_window")) place = &other;
    if (place == nullptr)
      return fail(name, "unknown word " + quoted(name.text) +
                            " after 'anti-replay'; expected one of bitmap, bitmap-length, oseq, "
                            "oseq-hi, replay_window, seq, seq-hi");
    auto const value = number(name, kNumber);
    if (!value) continue;
    *place = *value;
    if (name.text == "bitmap") bits_ = {*value};
    if (name.text != "replay_window") continue;
    window_ = *value;
    if (*value > ReplayWindow::kMax)
      cursor_.fail(cursor_.last(), "a window of " + std::to_string(*value) +
                                       " is not supported; expected at most 4096");
  }
  if (window_ && !ring_.empty() && *window_ > ring_.size() * kWordBits)
    cursor_.fail(field, "the bitmap has " + std::to_string(ring_.size()) +
                            " words; expected 32 bits a word for a window of " +
                            std::to_string(*window_));
}

void SaReplay::apply(SaConfig& sa) const {
  sa.last_sequence = sent_ | std::uint64_t{high_sent_} << kWordBits;
  sa.last_received = received_ | std::uint64_t{high_received_} << kWordBits;
  auto const window = window_.value_or(0);
  sa.received = window == 0 || ring_.empty() ? bits_ : unrolled(ring_, window, received_);
  if (window_)
    sa.replay_window = window == 0 ? 0 : std::clamp(window, ReplayWindow::kMin, ReplayWindow::kMax);
}

}  // namespace warpline::ipsec
