// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <memory>
#include <utility>

#include "app/commands/command.hpp"
#include "app/control/control_loop.hpp"
#include "app/control/hangup.hpp"
#include "app/control/output_monitor.hpp"
#include "app/control/output_report.hpp"
#include "app/control/reload.hpp"
#include "app/control/run_report.hpp"
#include "app/session/dry_run.hpp"
#include "app/session/output_check.hpp"
#include "app/session/packet_buffers.hpp"
#include "app/session/pipeline_options.hpp"
#include "app/session/session.hpp"
#include "app/session/units.hpp"
#include "core/element/service.hpp"
#include "measure/json.hpp"
#include "measure/terminal.hpp"

namespace warpline::app {
namespace {

struct RunOptions {
  PipelineOptions pipeline;
  SessionOptions session;
  std::chrono::nanoseconds duration{0};
  std::string json;
  std::string control;
  bool check_only = false;
  bool busy_poll = false;
};

/// Prints the notices of the ports after the workers have ended.
void report_ports(Deployment& deployment) {
  auto& ports = deployment.ports();
  for (std::size_t i = 0; i < ports.size(); ++i)
    for (auto const& notice : ports[i].notices())
      std::fprintf(stderr, "note: port '%s': %s\n", ports[i].name().c_str(), notice.c_str());
}

boost::json::object describe_run(Invocation const& invocation, Session& session,
                                 RunOptions const& options, RunEnd end, RunReport const& report) {
  constexpr char const* ends[] = {"sources finished", "duration", "signal", "reader gone"};
  auto object = to_json(report);
  boost::json::array command(invocation.command_line.begin(), invocation.command_line.end());
  object["command"] = std::move(command);
  object["pipeline"] = options.pipeline.file;
  object["ended_by"] = ends[static_cast<std::size_t>(end)];
  object["eal"] = session.eal_line();
  return object;
}

/// The services of the pipeline's elements, from before the start to the end. They are also closed
/// where a run is refused on its way to the start: it has sent nothing, and must use up no sequence
/// numbers.
class OpenServices {
 public:
  /// Opens them. Throws `ConfigError`.
  explicit OpenServices(SharedStore& shared) : shared_(shared) { open_new(); }
  /// Opens those that came with a reload. Throws `ConfigError`.
  void open_new() {
    auto const conditions = shared_.single<RunConditions>();
    for (auto const& service : Services::of(shared_)->all()) {
      if (std::find(services_.begin(), services_.end(), service) != services_.end()) continue;
      service->open(*conditions, [](std::string const& text) {
        std::fprintf(stderr, "warning: %s\n", text.c_str());
      });
      services_.push_back(service);
    }
  }
  ~OpenServices() { close(); }
  OpenServices(OpenServices const&) = delete;
  OpenServices& operator=(OpenServices const&) = delete;

  /// Once the workers have ended. Returns false after an error, which is printed.
  bool close() {
    bool closed = true;
    for (auto const& service : std::exchange(services_, {}))
      for (auto const& error : service->close()) {
        std::fprintf(stderr, "error: %s\n", error.c_str());
        closed = false;
      }
    return closed;
  }

 private:
  SharedStore& shared_;
  std::vector<std::shared_ptr<Service>> services_;
};

int run(Invocation const& invocation, RunOptions& options) {
  auto const given = options.session;
  apply_config(options.session);
  auto specs = port_specs(options.pipeline, options.session);
  options.pipeline.has_control_socket = !options.control.empty();
  std::vector<FileUse> files_named;
  if (!options.json.empty())
    files_named.push_back({options.json, "--json", FileUse::Kind::kOutput});
  if (!options.control.empty())
    files_named.push_back({options.control, "--control", FileUse::Kind::kSocket});
  auto dry_run = check(options.pipeline, options.session, specs, files_named);
  if (options.check_only) {
    report_check(options.pipeline, dry_run, invocation.quiet);
    return kOk;
  }
  if (specs.empty())
    throw ConfigError("there is no port: give captures with -r and -w, or ports with --port");

  print_warnings(dry_run);
  Reload::Run for_reload{options.pipeline,       given, options.session, specs,
                         std::move(files_named), {}};
  options.session.longest_frame = longest_frame(specs);
  OpenServices services(*dry_run.shared);
  ignore_write_signals();
  Hangup hangup;
  Session session(options.session, invocation.eal, invocation.quiet);
  auto engine_options = session.engine_options();
  engine_options.shared = dry_run.shared;
  engine_options.worker.nap = !options.busy_poll;
  Deployment deployment(session, specs, std::move(engine_options));
  deployment.load(dry_run.pipeline);
  dry_run.tables.clear();  // a reload frees those of the first pipeline

  auto const files = dry_run.shared->single<OutputFiles>();
  OutputMonitor monitor(files, invocation.quiet);
  for_reload.open_services = [&services] { services.open_new(); };
  Reload reload(deployment.engine(), std::move(for_reload), dry_run);
  ControlLoop control(deployment.engine(),
                      {options.duration, invocation.quiet, options.control, dry_run.shared,
                       &monitor, &hangup, &reload, &deployment.ports()});
  auto const begin = std::chrono::steady_clock::now();
  deployment.start();
  auto const end = control.run();
  deployment.join();
  std::chrono::duration<double> const elapsed = std::chrono::steady_clock::now() - begin;

  bool const services_fine = services.close() && !control.service_failed();
  auto report = make_report(deployment.engine(), elapsed.count());
  add_outputs(report, *files);
  if (options.json != "-") print_report(report, writes_to_stdout(specs) ? stderr : stdout);
  report_ports(deployment);
  for (auto const& line : monitor.finish()) std::fprintf(stderr, "%s\n", line.c_str());

  if (!report.snapshot.totals.conserved())
    std::fputs("error: packets are not accounted for (see the last line of the report)\n", stderr);
  if (!options.json.empty())
    write_json(options.json, describe_run(invocation, session, options, end, report));
  bool const written = monitor.complete() && services_fine;
  return written && report.snapshot.totals.conserved() ? kOk : kRuntimeFailure;
}

void add_run(CommandLine& app, Invocation& invocation) {
  auto const options = std::make_shared<RunOptions>();
  auto command = app.add_subcommand("run", "Run a pipeline on ports or captures");
  add_pipeline_options(command, options->pipeline);
  command
      .add_option_function(
          "-t,--duration",
          [options](std::string const& text) {
            options->duration = parse_duration(text, "--duration");
            if (options->duration.count() == 0)
              throw ConfigError("--duration: '" + text +
                                "' is not a duration; expected e.g. 10s, or no --duration to run "
                                "until a signal or the end of all captures");
          },
          "End after TIME, e.g. 10s (default: at a signal or the end of all captures)")
      .type_name("TIME");
  command
      .add_option("--json,--stats", options->json, "Write the report as JSON to FILE; - is stdout")
      .type_name("FILE");
  command
      .add_option("--control", options->control,
                  "Accept requests at this Unix socket during the run (docs/control.md)")
      .type_name("PATH");
  add_element_options(command, options->pipeline, ProgramOption::Commands::kRun);
  command.add_flag("-T,--test", options->check_only,
                   "Check everything without starting anything (like 'check')");
  command.add_flag("--busy-poll", options->busy_poll, "Poll without sleeping, even when idle");
  command.add_flag("-q,--quiet", invocation.quiet, "Print only errors and warnings on stderr");
  add_session_options(command, options->session);
  command.callback([&invocation, options] {
    invocation.action = [&invocation, options] { return run(invocation, *options); };
  });
}

CommandRegistration const registration{10, add_run};

}  // namespace
}  // namespace warpline::app
