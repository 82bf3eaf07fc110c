// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <ctime>
#include <memory>

#include "app/bench/options.hpp"
#include "app/bench/rules_bench.hpp"
#include "app/bench/sweep.hpp"
#include "app/bench/workload.hpp"
#include "app/commands/command.hpp"
#include "app/session/output_check.hpp"
#include "app/session/session.hpp"
#include "core/base/error.hpp"
#include "measure/html.hpp"
#include "measure/interruption.hpp"
#include "measure/json.hpp"
#include "measure/machine.hpp"
#include "measure/noise.hpp"
#include "measure/report_table.hpp"
#include "measure/result_json.hpp"

namespace warpline::app {
namespace {

std::string utc_now() {
  auto const now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

/// Better before the measuring than after it.
void check_files(bench::Options const& options) {
  std::vector<FileUse> files;
  auto const add = [&](std::string const& path, char const* option, FileUse::Kind kind) {
    if (!path.empty()) files.push_back({path, option, kind});
  };
  add(options.session.config, "--config", FileUse::Kind::kInput);
  add(options.sa, "--sa", FileUse::Kind::kInput);
  add(options.patterns, "--patterns", FileUse::Kind::kInput);
  add(options.pcap, "--pcap", FileUse::Kind::kInput);
  add(options.vars, "--vars", FileUse::Kind::kInput);
  for (auto const& file : options.rules) add(file, "--rules", FileUse::Kind::kInput);
  add(options.json, "--json", FileUse::Kind::kOutput);
  add(options.html, "--html", FileUse::Kind::kOutput);
  if (options.html == "-")
    throw ConfigError("--html: a page is not written to standard output; expected a file's name");
  check_outputs(files);
}

bench::Machine describe(Session& session) {
  auto machine = bench::describe_machine();
  machine.eal = session.eal_line();
  machine.memory = machine.eal.find("--no-huge") == std::string::npos ? "hugepages" : "4 KiB pages";
  machine.worker_cores = session.worker_cores();
  auto& devices = session.devices();
  for (std::size_t i = 0; i < devices.size(); ++i)
    machine.devices.push_back(devices[i].name() + ": " + devices[i].description());
  return machine;
}

std::string interruption_note(bench::Interruption const& interruption, bench::Sweep const& sweep) {
  return std::string("incomplete: ") +
         (sweep.error ? "a measurement failed" : interruption.name()) + " after " +
         std::to_string(sweep.done) + " of " + std::to_string(sweep.total) + " measurements";
}

std::string milliseconds_text(std::chrono::nanoseconds time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time).count()) +
         " ms";
}

std::vector<std::string> notes(bench::Options const& options, bench::Noise const& noise) {
  std::vector<std::string> all = {
      "engine-only: packets are made in memory and freed after the pipeline; this is not a rate on "
      "a "
      "wire",
      (*options.repeat == 1 ? "one trial of "
                            : "median of " + std::to_string(*options.repeat) + " trials of ") +
          milliseconds_text(*options.window) +
          "; Gbps of received frames without FCS; latency under full load"};
  for (auto& notice : noise.notices()) all.push_back(std::move(notice));
  return all;
}

/// Shows the first and the last size after one short trial of each case, on stderr: a first
/// impression during the minute of the benchmark. It is not part of the results. Silent if the user
/// requested few sizes; the benchmark handles errors and signals.
void show_preliminary(Session& session, bench::Options options, std::vector<bench::Case> cases,
                      bench::Interruption const& interruption) {
  if (options.quick || options.sizes.size() < 3) return;
  std::erase_if(cases, [&](bench::Case const& subject) {
    return subject.subject.sizes != options.sizes.front() &&
           subject.subject.sizes != options.sizes.back();
  });
  options.quick = true;
  options.show_pipeline = false;
  options.repeat = 1;
  options.window = bench::kQuickWindow;
  auto sweep = bench::sweep(session, options, std::move(cases), interruption, false);
  if (!sweep.complete()) return;
  bench::Report report;
  report.notes = {"preliminary: two sizes, one short trial each; the results follow"};
  report.results = std::move(sweep.results);
  std::fprintf(stderr, "%s\n", bench::report_text(report, stderr).c_str());
}

std::vector<std::string> rules_notes(bench::Options const& options, bench::Noise const& noise) {
  std::vector<std::string> all = {
      "engine-only: frames are copied from memory and freed after the pipeline",
      "rates are per second of CPU time of one thread; " +
          (*options.repeat == 1 ? std::string("one round")
                                : "medians of " + std::to_string(*options.repeat) + " rounds") +
          " of whole passes over the capture, at least " + milliseconds_text(*options.window) +
          " after one to warm up; Suricata makes one pass, from the file"};
  for (auto& notice : noise.notices()) all.push_back(std::move(notice));
  return all;
}

int run_rules(Invocation const& invocation, bench::Options& options) {
  bench::Interruption const interruption;
  bench::RulesBench rules(options);
  options.session.longest_frame = rules.longest_frame();

  bench::RulesReport report;
  auto& common = report.common;
  common.command = invocation.command_line;
  common.started = utc_now();
  common.window_seconds = std::chrono::duration<double>(*options.window).count();
  bench::Noise const noise;
  Session session(options.session, invocation.eal, invocation.quiet);
  common.machine = describe(session);
  auto const error = rules.measure(session, interruption, invocation.quiet, report);
  common.notes = rules_notes(options, noise);
  if (!common.complete)
    common.notes.push_back(std::string("incomplete: ") +
                           (error ? "a measurement failed" : interruption.name()));
  if (options.json != "-") std::fputs(bench::rules_report_text(report, stdout).c_str(), stdout);
  if (!options.json.empty()) write_json(options.json, bench::rules_report_json(report));
  if (error) std::rethrow_exception(error);
  return interruption.signal() != 0 ? interruption.exit_code() : kOk;
}

int run(Invocation const& invocation, bench::Options& options) {
  apply_config(options.session);
  bench::complete(options);
  check_files(options);
  if (!options.rules.empty()) return run_rules(invocation, options);
  auto const plotter = options.html.empty() ? std::string() : bench::find_plotter();

  // Before anything is written to the temporary folder, and before any thread is started.
  bench::Interruption const interruption;
  auto cases = bench::workload_named(options.workload).make(options);

  bench::Report report;
  report.command = invocation.command_line;
  report.started = utc_now();
  report.window_seconds = std::chrono::duration<double>(*options.window).count();
  bench::Noise const noise;
  Session session(options.session, invocation.eal, invocation.quiet);
  report.machine = describe(session);
  if (!invocation.quiet) show_preliminary(session, options, cases, interruption);
  auto sweep = bench::sweep(session, options, std::move(cases), interruption, invocation.quiet);
  report.complete = sweep.complete();
  report.notes = notes(options, noise);
  if (!report.complete) report.notes.push_back(interruption_note(interruption, sweep));
  report.results = std::move(sweep.results);

  if (options.json != "-") std::fputs(bench::report_text(report, stdout).c_str(), stdout);
  auto const json = bench::to_json(report);
  if (!options.json.empty()) write_json(options.json, json);
  if (!options.html.empty() && !report.results.empty())
    bench::write_html(options.html, json, plotter);
  if (sweep.error) std::rethrow_exception(sweep.error);
  return interruption.signal() != 0 ? interruption.exit_code() : kOk;
}

void add_bench(CommandLine& app, Invocation& invocation) {
  auto const options = std::make_shared<bench::Options>();
  auto command = app.add_subcommand(
      "bench", "Measure a workload on this machine and compare it with its ceiling");
  bench::add_options(command, *options);
  command.add_flag("-q,--quiet", invocation.quiet, "Print only errors on stderr");
  command.callback([&invocation, options] {
    invocation.action = [&invocation, options] { return run(invocation, *options); };
  });
}

CommandRegistration const registration{5, add_bench};

}  // namespace
}  // namespace warpline::app
