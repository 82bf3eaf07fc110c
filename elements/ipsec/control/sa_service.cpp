// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/control/sa_service.hpp"

#include "core/base/text.hpp"
#include "core/element/file_uses.hpp"
#include "core/element/program_option.hpp"
#include "elements/ipsec/esp/sa_tag.hpp"

namespace warpline::ipsec {
namespace {

constexpr std::chrono::milliseconds kTick{100};  // between looks at lifetimes

WARPLINE_OPTION(max_sas,
                {.name = "--max-sas",
                 .type_name = "N",
                 .help = "Refuse SAs beyond this number, both directions together, in each "
                         "database (default: no limit); SAs that were removed do not count",
                 .store =
                     [](ProgramOption::Value const& value, SharedStore& shared) {
                       shared.single<SaOptions>()->max_sas =
                           static_cast<std::uint32_t>(value.number);
                     },
                 .min_number = 1,
                 .max_number = SaTag::kCapacity});

WARPLINE_OPTION(state, {.name = "--state",
                        .type_name = "FILE",
                        .help = "Keep sequence numbers of SAs in FILE, so that a restart repeats "
                                "none (docs/ipsec.md; default: none)",
                        .commands = ProgramOption::Commands::kRun,
                        .store = [](ProgramOption::Value const& value, SharedStore& shared) {
                          shared.single<SaOptions>()->state_file = value.text;
                          // Its content is needed: nothing else may be written there.
                          shared.single<FileUses>()->all.push_back({value.text, "--state"});
                        }});

WARPLINE_OPTION(
    state_step,
    {.name = "--state-step",
     .type_name = "N",
     .help = "Let each SA send at least N numbers ahead of the state file (default: what "
             "it sends in 2 s, at least 65536)",
     .commands = ProgramOption::Commands::kRun,
     .store = [](ProgramOption::Value const& value,
                 SharedStore& shared) { shared.single<SaOptions>()->state_step = value.number; },
     .min_number = 64,
     .max_number = 1 << 24});

std::string mebibytes(double bytes) { return fixed(bytes / (1 << 20), 1) + " MiB"; }

}  // namespace

std::shared_ptr<SaService> SaService::of(SharedStore& shared) {
  return shared.single<SaService>([&shared] {
    auto service = std::make_shared<SaService>(shared.single<SaOptions>());
    Services::of(shared)->add(service);
    return service;
  });
}

std::string SaService::plan(unsigned) const {
  std::string text;
  auto const host = SaDatabase::max_bytes_of_sa();
  auto const device = SaSlots::device_bytes();
  auto const max = options_->max_sas;
  for (auto const& [name, database] : databases_->all()) {
    text += "\nSAs of " + name + ": " + with_commas(database->list().size()) +
            " now; one takes up to " + with_commas(host) + " bytes, and " + with_commas(device) +
            " on each device\n";
    if (max == 0)
      text += "there is no limit to their number (--max-sas sets one)\n";
    else
      text += "at most " + with_commas(max) + " (--max-sas): up to " +
              mebibytes(1.0 * max * static_cast<double>(host)) + ", and " +
              mebibytes(1.0 * max * static_cast<double>(device)) + " on each device\n";
  }
  return text;
}

void SaService::open(RunConditions const& conditions,
                     std::function<void(std::string const&)> const& warn) {
  databases_->open({options_->state_file, options_->state_step, conditions.uses_real_ports, warn});
}

std::vector<ControlEvent> SaService::poll() {
  std::vector<ControlEvent> events;
  for (auto const& news : databases_->write_state())
    events.push_back(
        {news.failed ? ControlEvent::Severity::kError : ControlEvent::Severity::kNote, news.text});
  if (auto const now = std::chrono::steady_clock::now(); now >= next_tick_) {
    next_tick_ = now + kTick;
    for (auto& event : control_.tick()) events.push_back(std::move(event));
  }
  return events;
}

}  // namespace warpline::ipsec
