// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/hyperscan.hpp"

#include <hs/hs.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>

namespace warpline::ids {
namespace {

/// Every byte as \xNN: the library's literal interface would refuse a pattern that begins with NUL.
std::string as_expression(std::string const& bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 4);
  for (char const byte : bytes) {
    auto const c = static_cast<unsigned char>(byte);
    text += "\\x";
    text += kDigits[c >> 4];
    text += kDigits[c & 15];
  }
  return text;
}

[[noreturn]] void refuse(PatternSet const& set, int expression, std::string const& reason) {
  auto const message = "Hyperscan refuses the pattern: " + reason;
  auto const index = static_cast<std::size_t>(expression);
  if (expression < 0 || index >= set.patterns.size())
    throw ConfigError("Hyperscan refuses the patterns: " + reason);
  throw ConfigError(
      Diagnostic{Diagnostic::Severity::kError, set.source, set.patterns[index].position, message});
}

int on_match(unsigned id, unsigned long long, unsigned long long, unsigned, void* context) {
  return static_cast<Matches*>(context)->add(static_cast<PatternId>(id)) ? 0 : 1;
}

int on_any_match(unsigned id, unsigned long long, unsigned long long, unsigned, void* context) {
  static_cast<std::vector<PatternId>*>(context)->push_back(static_cast<PatternId>(id));
  return 0;
}

char const* chars(Bytes text) { return reinterpret_cast<char const*>(text.data); }

}  // namespace

HyperscanDatabase::HyperscanDatabase(PatternSet const& set) {
  if (hs_valid_platform() != HS_SUCCESS)
    throw ConfigError("Hyperscan needs a processor with SSSE3");
  std::vector<std::string> texts;
  std::vector<char const*> expressions;
  std::vector<unsigned> flags, ids;
  texts.reserve(set.patterns.size());
  for (auto const& pattern : set.patterns) {
    texts.push_back(as_expression(pattern.bytes));
    expressions.push_back(texts.back().c_str());
    flags.push_back(HS_FLAG_SINGLEMATCH | (pattern.nocase ? HS_FLAG_CASELESS : 0u));
    ids.push_back(static_cast<unsigned>(ids.size()));
  }
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  auto const status = hs_compile_multi(expressions.data(), flags.data(), ids.data(),
                                       static_cast<unsigned>(ids.size()), HS_MODE_BLOCK, nullptr,
                                       &database, &error);
  if (status != HS_SUCCESS) {
    std::string const reason = error != nullptr ? error->message : "no reason reported";
    int const expression = error != nullptr ? error->expression : -1;
    hs_free_compile_error(error);
    refuse(set, expression, reason);
  }
  database_.reset(database);
}

std::optional<HyperscanDatabase> HyperscanDatabase::from(std::string const& bytes) {
  hs_database_t* database = nullptr;
  if (hs_deserialize_database(bytes.data(), bytes.size(), &database) != HS_SUCCESS)
    return std::nullopt;
  HyperscanDatabase result;
  result.database_.reset(database);
  return result;
}

std::string HyperscanDatabase::serialized() const {
  char* bytes = nullptr;
  std::size_t size = 0;
  if (hs_serialize_database(database_.get(), &bytes, &size) != HS_SUCCESS)
    throw ConfigError("Hyperscan cannot serialise a database");
  std::unique_ptr<char, void (*)(void*)> const owner(bytes, std::free);
  return {bytes, size};
}

std::string HyperscanDatabase::platform() {
  hs_platform_info_t info{};
  hs_populate_platform(&info);
  return std::string(hs_version()) + ' ' + std::to_string(info.tune) + ' ' +
         std::to_string(info.cpu_features);
}

void HyperscanDatabase::Free::operator()(hs_database* database) const noexcept {
  hs_free_database(database);
}

std::size_t HyperscanDatabase::bytes() const {
  std::size_t size = 0;
  hs_database_size(database_.get(), &size);
  return size;
}

void HyperscanScratch::fit(HyperscanDatabase const& database) {
  auto* scratch = scratch_.release();
  auto const status = hs_alloc_scratch(database.get(), &scratch);
  scratch_.reset(scratch);
  if (status != HS_SUCCESS) throw ConfigError("Hyperscan cannot allocate its scratch space");
}

std::size_t HyperscanScratch::bytes() const {
  std::size_t size = 0;
  if (scratch_) hs_scratch_size(scratch_.get(), &size);
  return size;
}

void HyperscanScratch::Free::operator()(hs_scratch* scratch) const noexcept {
  hs_free_scratch(scratch);
}

HyperscanScanner::HyperscanScanner(std::shared_ptr<HyperscanDatabase const> database,
                                   std::shared_ptr<HyperscanScratch> scratch)
    : database_(std::move(database)), scratch_(std::move(scratch)) {
  scratch_->fit(*database_);
}

void HyperscanScanner::scan(Bytes text, Matches& matches) noexcept {
  if (text.size == 0) return;
  hs_scan(database_->get(), chars(text), text.size, 0, scratch_->get(), on_match, &matches);
}

void HyperscanScanner::scan_all(Bytes text, std::vector<PatternId>& ids) {
  ids.clear();
  if (text.size == 0) return;
  hs_scan(database_->get(), chars(text), text.size, 0, scratch_->get(), on_any_match, &ids);
  std::sort(ids.begin(), ids.end());
}

}  // namespace warpline::ids
