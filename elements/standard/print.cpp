// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <functional>
#include <string>

#include "core/base/clock.hpp"
#include "core/base/hex.hpp"
#include "core/element/context.hpp"
#include "core/element/element.hpp"
#include "elements/standard/click_words.hpp"

namespace warpline {
namespace {

/// Appends `bytes` in hex, in groups of four.
void append_groups(std::string& line, Bytes bytes) {
  for (std::uint32_t i = 0; i < bytes.size; ++i) {
    if (i % 4 == 0) line += ' ';
    append_hex(line, bytes.data[i]);
  }
}

}  // namespace

/// Writes a line with the length and the first bytes of some packets, at a limited rate.
///
///     FromInput -> Print(received, MAXLENGTH 64, RATE 5) -> ToOutput;
///
/// For any traffic, a worker writes at most RATE lines per second; each line has the number of
/// packets without one. Click's ACTIVE has no effect; a notice reports it.
///
/// Ports: 1 in, 1 out.
/// Arguments: LABEL: the beginning of each line (default the element's name). MAXLENGTH: bytes of a
/// packet to show (0 to 256, default 24). RATE: lines per second and worker (1 to 1000, default
/// 10).
/// Drops: none.
class Print final : public Element {
 public:
  explicit Print(Args& args)
      : label_(args.optional<std::string>("LABEL", args.element_name())),
        length_(args.optional<std::uint16_t>("MAXLENGTH", 24)),
        rate_(args.keyword<std::uint16_t>("RATE", 10)),
        print_(args.context().print),
        second_(static_cast<std::uint64_t>(cycles_per_second())) {
    if (length_ > 256)
      throw args.error("MAXLENGTH is " + std::to_string(length_) + "; expected 0 to 256",
                       "MAXLENGTH");
    if (rate_ < 1 || rate_ > 1000)
      throw args.error("RATE is " + std::to_string(rate_) + "; expected 1 to 1000", "RATE");
    static constexpr std::string_view kIgnored[] = {"ACTIVE"};
    ignore_click_words(args, kIgnored);
    line_.reserve(label_.size() + length_ * 3u + 64);
  }

  void process(BatchPtr batch, unsigned, Outputs& out) noexcept override {
    if (out.now() - since_ >= second_) {
      since_ = out.now();
      left_ = rate_;
      tell_hidden();
    }
    auto const count = std::min(left_, batch->size());
    for (auto const& packet : batch->packets().first(count)) show(packet);
    left_ -= count;
    hidden_ += batch->size() - count;
    out.emit(std::move(batch));
  }

  void stop() noexcept override { tell_hidden(); }

 private:
  void show(Packet const& packet) {
    line_ = label_;
    line_ += ": ";
    line_ += std::to_string(packet.length);
    line_ += " |";
    append_groups(line_, {packet.data, std::min(packet.length, length_)});
    print_(line_);
  }
  void tell_hidden() {
    if (hidden_ == 0) return;
    line_ = label_;
    line_ += ": ";
    line_ += std::to_string(hidden_);
    line_ += " more not shown";
    print_(line_);
    hidden_ = 0;
  }

  std::string label_;
  std::uint16_t length_, rate_;
  std::function<void(std::string_view)> print_;
  std::uint64_t second_;     // in cycles
  std::uint64_t since_ = 0;  // the beginning of the current second
  unsigned left_ = 0;        // lines of it
  std::uint64_t hidden_ = 0;
  std::string line_;
};
WARPLINE_ELEMENT(Print);

}  // namespace warpline
