// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/policy/bit_vectors.hpp"

#include <algorithm>
#include <bit>
#include <map>

#include "core/base/big_pages.hpp"
#include "core/base/prefetch.hpp"

namespace warpline::ipsec {
namespace {

constexpr std::size_t kWordBits = 64, kLineBits = 512, kLineWords = 8,
                      kSummaryBits = std::size_t{64} * 64;

constexpr std::size_t parts(std::size_t count, std::size_t size) {
  return (count + size - 1) / size;
}

/// The value after `value`; false if it was the last one.
template <std::size_t kWords>
bool advance(std::array<std::uint64_t, kWords>& value) {
  for (std::size_t word = kWords; word-- != 0;)
    if (++value[word] != 0) return true;
  return false;
}

std::uint32_t line_number(std::uint64_t const* row, std::size_t summary_words, std::size_t line) {
  return static_cast<std::uint32_t>(row[summary_words + line / 2] >> 32 * (line % 2));
}

}  // namespace

template <std::size_t kWords>
BitVectorField<kWords>::BitVectorField(std::span<Range const> ranges)
    : bounds_(big_pages()), rows_(big_pages()), lines_(big_pages()) {
  struct Change {
    Value value;
    std::uint32_t rule;
  };
  std::vector<Change> changes;  // a rule begins or stops matching
  for (std::uint32_t rule = 0; rule < ranges.size(); ++rule) {
    changes.push_back({ranges[rule].first, rule});
    auto end = ranges[rule].last;
    if (advance(end)) changes.push_back({end, rule});
  }
  std::sort(changes.begin(), changes.end(),
            [](Change const& a, Change const& b) { return a.value < b.value; });

  std::size_t const lines = parts(ranges.size(), kLineBits);
  std::size_t const summary_words = parts(ranges.size(), kSummaryBits);
  stride_ = summary_words + parts(lines, 2);
  stride_ = stride_ < 8 ? std::bit_ceil(stride_) : parts(stride_, 8) * 8;  // whole cache lines
  std::vector<Line> current(lines);
  std::vector<std::uint32_t> numbers(lines, 0);
  std::vector<bool> changed(lines, true);
  std::map<std::array<std::uint64_t, kLineWords>, std::uint32_t> indices;
  auto const emit = [&](Value const& from) {
    for (std::size_t line = 0; line < lines; ++line) {
      if (!changed[line]) continue;
      auto const [entry, is_new] =
          indices.emplace(current[line].words, static_cast<std::uint32_t>(lines_.size()));
      if (is_new) lines_.push_back(current[line]);
      numbers[line] = entry->second;
      changed[line] = false;
    }
    bounds_.push_back(from);
    auto const row = rows_.size();
    rows_.resize(row + stride_);
    for (std::size_t word = 0; word < parts(ranges.size(), kWordBits); ++word)
      if (current[word / kLineWords].words[word % kLineWords] != 0)
        rows_[row + word / 64] |= std::uint64_t{1} << word % 64;
    for (std::size_t line = 0; line < lines; ++line)
      rows_[row + summary_words + line / 2] |= static_cast<std::uint64_t>(numbers[line])
                                               << 32 * (line % 2);
  };

  std::size_t next = 0;
  for (Value from{};; from = changes[next].value) {
    for (; next < changes.size() && changes[next].value == from; ++next) {
      auto const rule = changes[next].rule;
      current[rule / kLineBits].words[rule % kLineBits / kWordBits] ^= std::uint64_t{1}
                                                                       << rule % kWordBits;
      changed[rule / kLineBits] = true;
    }
    emit(from);
    if (next == changes.size()) break;
  }
}

// Without branches, and all values a step at a time: their loads overlap.
template <std::size_t kWords>
void BitVectorField<kWords>::find(std::span<Value const> values,
                                  std::uint32_t* rows) const noexcept {
  std::fill_n(rows, values.size(), 0u);
  for (auto left = static_cast<std::uint32_t>(bounds_.size()); left > 1;) {
    std::uint32_t const half = left / 2;
    for (std::size_t i = 0; i < values.size(); ++i)
      rows[i] += half * static_cast<std::uint32_t>(!(values[i] < bounds_[rows[i] + half]));
    left -= half;
  }
  if (bounds_.size() == 1) return;
  for (std::size_t i = 0; i < values.size(); ++i) {
    prefetch(row(rows[i]));
    prefetch(row(rows[i]) + stride_ - 1);
  }
}

template <std::size_t kAddressWords>
BitVectors<kAddressWords>::BitVectors(std::span<FlowRule const> rules)
    : summary_words_(parts(rules.size(), kSummaryBits)) {
  using Address = BitVectorField<kAddressWords>;
  using Number = BitVectorField<1>;
  std::vector<typename Address::Range> addresses(rules.size());
  auto const address_field = [&](auto value, auto mask) {
    for (std::size_t i = 0; i < rules.size(); ++i)
      for (std::size_t word = 0; word < kAddressWords; ++word) {
        addresses[i].first[word] = (rules[i].*value)[word];
        addresses[i].last[word] = (rules[i].*value)[word] | ~(rules[i].*mask)[word];
      }
    return Address(addresses);
  };
  source_ = address_field(&FlowRule::source, &FlowRule::source_mask);
  destination_ = address_field(&FlowRule::destination, &FlowRule::destination_mask);

  constexpr std::uint64_t kMax = ~std::uint64_t{0};
  std::vector<Number::Range> numbers(rules.size());
  for (std::size_t i = 0; i < rules.size(); ++i)
    numbers[i] = rules[i].protocol ? Number::Range{{*rules[i].protocol}, {*rules[i].protocol}}
                                   : Number::Range{{0}, {kMax}};
  protocol_ = Number(numbers);
  // 0 means no port, 1 means port 0.
  auto const port_field = [&](auto field) {
    for (std::size_t i = 0; i < rules.size(); ++i) {
      auto const& ports = rules[i].*field;
      numbers[i] = ports.is_any() ? Number::Range{{0}, {kMax}}
                                  : Number::Range{{ports.first + 1u}, {ports.last + 1u}};
    }
    return Number(numbers);
  };
  source_port_ = port_field(&FlowRule::source_port);
  destination_port_ = port_field(&FlowRule::destination_port);
}

template <std::size_t kAddressWords>
std::uint32_t BitVectors<kAddressWords>::first_match(Rows const& rows,
                                                     std::size_t packet) const noexcept {
  std::uint64_t const* const source = source_.row(rows.of[0][packet]);
  std::uint64_t const* const destination = destination_.row(rows.of[1][packet]);
  std::uint64_t const* const protocol = protocol_.row(rows.of[2][packet]);
  std::uint64_t const* const source_port = source_port_.row(rows.of[3][packet]);
  std::uint64_t const* const destination_port = destination_port_.row(rows.of[4][packet]);
  bool const ports = !source_port_.is_trivial() || !destination_port_.is_trivial();
  for (std::size_t summary = 0; summary < summary_words_; ++summary) {
    auto words = source[summary] & destination[summary] & protocol[summary];
    if (ports) words &= source_port[summary] & destination_port[summary];
    while (words != 0) {
      auto const line = static_cast<std::size_t>(std::countr_zero(words)) / kLineWords;
      auto const number = summary * kLineWords + line;
      auto const of = [&](auto const& field, std::uint64_t const* row) {
        return field.line(line_number(row, summary_words_, number));
      };
      auto const* const in_source = of(source_, source);
      auto const* const in_destination = of(destination_, destination);
      auto const* const in_protocol = of(protocol_, protocol);
      auto const* const in_source_port = ports ? of(source_port_, source_port) : nullptr;
      auto const* const in_destination_port =
          ports ? of(destination_port_, destination_port) : nullptr;
      auto const whole_line = std::uint64_t{0xff} << line * kLineWords;
      for (auto here = words & whole_line; here != 0; here &= here - 1) {
        auto const word = static_cast<std::size_t>(std::countr_zero(here));
        auto const index = word % kLineWords;
        auto matches = in_source[index] & in_destination[index];
        if (matches == 0) continue;
        matches &= in_protocol[index];
        if (ports) matches &= in_source_port[index] & in_destination_port[index];
        if (matches != 0)
          return static_cast<std::uint32_t>((summary * 64 + word) * kWordBits) +
                 static_cast<std::uint32_t>(std::countr_zero(matches));
      }
      words &= ~whole_line;
    }
  }
  return kNoMatch;
}

template <std::size_t kAddressWords>
void BitVectors<kAddressWords>::find(std::span<FlowKey const> packets,
                                     std::uint32_t* matches) const noexcept {
  Rows rows;
  auto const count = packets.size();
  typename BitVectorField<kAddressWords>::Value addresses[kBurst];
  BitVectorField<1>::Value numbers[kBurst];
  auto const search_addresses = [&](auto const& field, auto side, unsigned index) {
    for (std::size_t i = 0; i < count; ++i)
      for (std::size_t word = 0; word < kAddressWords; ++word)
        addresses[i][word] = (packets[i].*side)[word];
    field.find({addresses, count}, rows.of[index]);
  };
  auto const search_numbers = [&](auto const& field, auto number, unsigned index) {
    for (std::size_t i = 0; i < count; ++i) numbers[i][0] = number(packets[i]);
    field.find({numbers, count}, rows.of[index]);
  };
  search_addresses(source_, &FlowKey::source, 0);
  search_addresses(destination_, &FlowKey::destination, 1);
  search_numbers(
      protocol_, [](FlowKey const& key) { return key.protocol(); }, 2);
  search_numbers(
      source_port_,
      [](FlowKey const& key) { return key.has_ports() ? key.source_port() + 1u : 0u; }, 3);
  search_numbers(
      destination_port_,
      [](FlowKey const& key) { return key.has_ports() ? key.destination_port() + 1u : 0u; }, 4);
  for (std::size_t i = 0; i < count; ++i) matches[i] = first_match(rows, i);
}

template class BitVectorField<1>;
template class BitVectorField<2>;
template class BitVectors<1>;
template class BitVectors<2>;

}  // namespace warpline::ipsec
