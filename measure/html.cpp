// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "measure/html.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json/serialize.hpp>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <vector>

#include "core/base/error.hpp"
#include "measure/plot_script.hpp"

namespace warpline::bench {
namespace {

/// Runs `python -c script` and waits; returns the exit code, -1 if it could not run. `input`: file
/// descriptor of its stdin. `output`: the path of its stdout.
int run_python(std::string const& python, char const* script, int input, std::string const& output,
               bool quiet) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.c_str(),
                                   O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (quiet) posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  std::string program = python, option = "-c", text = script;
  char* const arguments[] = {program.data(), option.data(), text.data(), nullptr};
  // Signals that this program watches are blocked in its threads, but not in the child.
  posix_spawnattr_t attributes;
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  pid_t child = -1;
  int const failed =
      posix_spawnp(&child, python.c_str(), &actions, &attributes, arguments, environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return -1;
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

std::string find_plotter() {
  std::vector<std::string> candidates;
  if (auto const* path = std::getenv("WARPLINE_PYTHON"))
    candidates = {path};
  else
    candidates = {"/usr/bin/python3", "python3"};
  for (auto const& python : candidates)
    if (run_python(python, "import matplotlib", STDIN_FILENO, "/dev/null", true) == 0)
      return python;
  std::string names;
  for (auto const& python : candidates) names += (names.empty() ? "" : " and ") + python;
  throw ConfigError(
      "--html draws with Python's matplotlib, which is not to be had (tried " + names +
      "); install it with 'apt-get install python3-matplotlib' or name another Python in the "
      "environment's WARPLINE_PYTHON");
}

void write_html(std::string const& path, boost::json::object const& report,
                std::string const& plotter) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> const input(std::tmpfile(), std::fclose);
  auto const text = boost::json::serialize(report);
  if (!input || std::fwrite(text.data(), 1, text.size(), input.get()) != text.size() ||
      std::fflush(input.get()) != 0 || std::fseek(input.get(), 0, SEEK_SET) != 0)
    throw std::runtime_error(std::string("a temporary file cannot be written: ") +
                             std::strerror(errno));
  auto const unfinished = path + ".part";
  auto const code = run_python(plotter, kPlotScript, fileno(input.get()), unfinished, false);
  if (code != 0 || std::rename(unfinished.c_str(), path.c_str()) != 0) {
    std::remove(unfinished.c_str());
    throw std::runtime_error(path + ": the report could not be drawn by " + plotter);
  }
}

}  // namespace warpline::bench
