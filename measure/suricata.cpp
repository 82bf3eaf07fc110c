// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "measure/suricata.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "core/base/error.hpp"

namespace warpline::bench {
namespace {

namespace fs = std::filesystem;

// The CPU time of a thread between the last poll and its end is lost.
constexpr std::chrono::milliseconds kPoll{4};

/// A child process whose output goes to a file. It is killed if it has not been waited for.
class Child {
 public:
  Child(std::vector<std::string> words, std::string const& output) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    // Signals that this program watches are blocked in its threads, but not in the child. A
    // signal of the terminal is for this program alone, which ends the child.
    posix_spawnattr_t attributes;
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    if (posix_spawnp(&process_, arguments[0], &actions, &attributes, arguments.data(), environ) !=
        0)
      process_ = -1;
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
  }
  ~Child() {
    if (process_ < 0 || ended_) return;
    kill(process_, SIGKILL);
    while (waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  Child(Child const&) = delete;
  Child& operator=(Child const&) = delete;

  pid_t id() const { return process_; }
  bool started() const { return process_ >= 0; }
  bool ended() {
    if (ended_ || process_ < 0) return true;
    ended_ = waitpid(process_, &status_, WNOHANG) == process_;
    return ended_;
  }
  bool succeeded() const { return ended_ && WIFEXITED(status_) && WEXITSTATUS(status_) == 0; }

 private:
  pid_t process_ = -1;
  int status_ = 0;
  bool ended_ = false;
};

struct ThreadTime {
  std::string name;
  double seconds = 0;
};

/// Updates the CPU times of a process's threads. Those of threads that have ended stay.
void read_thread_times(fs::path const& process, std::map<std::string, ThreadTime>& threads) {
  std::error_code error;
  for (fs::directory_iterator entry(process / "task", error), end; !error && entry != end;
       entry.increment(error)) {
    double nanoseconds = 0;
    std::string name;
    if (!(std::ifstream(entry->path() / "schedstat") >> nanoseconds)) continue;
    std::ifstream command(entry->path() / "comm");
    if (!std::getline(command, name)) continue;
    threads[entry->path().filename()] = {name, nanoseconds / 1e9};
  }
}

std::string text_of(fs::path const& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string last_lines(std::string text) {
  constexpr std::size_t kMax = 400;
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.size() > kMax ? text.substr(text.size() - kMax) : text;
}

std::uint64_t count_alerts(fs::path const& eve) {
  std::ifstream file(eve);
  std::uint64_t count = 0;
  for (std::string line; std::getline(file, line);)
    count += line.find(R"("event_type":"alert")") != std::string::npos;
  return count;
}

/// The path of a program in PATH; empty if there is none.
std::string in_path(std::string const& name) {
  if (name.find('/') != std::string::npos) return access(name.c_str(), X_OK) == 0 ? name : "";
  auto const* const path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');)
    if (auto const file = folder + "/" + name; access(file.c_str(), X_OK) == 0) return file;
  return {};
}

/// The path of the program that `scripts/setup oracle` has unpacked; empty if there is none.
std::string unpacked() {
  constexpr char kProgram[] = "bin/suricata";
  if (auto const* folder = std::getenv("WARPLINE_ORACLE"))
    return in_path((fs::path(folder) / kProgram).string());
  std::error_code error;
  auto const self = fs::read_symlink("/proc/self/exe", error);
  for (auto folder = self.parent_path(); folder.has_relative_path(); folder = folder.parent_path())
    if (folder.filename() == "build") return in_path((folder / "oracle" / kProgram).string());
  return {};
}

/// The folder with Suricata's configuration: next to the program, or of the system.
std::string configuration_of(std::string const& program) {
  std::error_code error;
  auto const unpacked = fs::canonical(program, error).parent_path().parent_path();
  for (auto const& folder : {unpacked / "etc/suricata", fs::path("/etc/suricata")})
    if (fs::exists(folder / "suricata.yaml", error)) return folder.string();
  throw ConfigError("--suricata: there is no suricata.yaml for " + program);
}

std::string version_of(std::string const& program) {
  std::string text;
  if (auto* const output = popen(("'" + program + "' -V 2>/dev/null").c_str(), "r")) {
    char buffer[256];
    while (std::fgets(buffer, sizeof buffer, output) != nullptr) text += buffer;
    pclose(output);
  }
  auto const begin = text.find("version ");
  if (begin == std::string::npos) return {};
  return text.substr(begin + 8, text.find_first_of(" \n", begin + 8) - begin - 8);
}

}  // namespace

std::optional<Suricata> Suricata::find(std::string const& program) {
  Suricata suricata;
  suricata.program_ = in_path(program.empty() ? "suricata" : program);
  if (suricata.program_.empty() && program.empty()) suricata.program_ = unpacked();
  if (!suricata.program_.empty()) suricata.version_ = version_of(suricata.program_);
  if (suricata.version_.empty()) {
    if (program.empty()) return std::nullopt;
    throw ConfigError("--suricata: " + program + " cannot be run, or is not Suricata");
  }
  suricata.configuration_ = configuration_of(suricata.program_);
  return suricata;
}

Suricata::Run Suricata::run(std::string const& capture, std::string const& rules,
                            std::string const& variables, std::string const& folder,
                            Interruption const& interruption) const {
  fs::path const out(folder);
  auto const configuration = out / "run.yaml";
  {
    std::ofstream file(configuration);
    file << "%YAML 1.1\n---\ninclude: " << configuration_ << "/suricata.yaml\n";
    if (!variables.empty()) file << "include: " << fs::absolute(variables).string() << "\n";
    file << "outputs:\n- eve-log:\n    enabled: yes\n    filetype: regular\n    filename: "
            "eve.json\n    types:\n    - alert:\n        tagged-packets: no\n    - stats:\n"
            "        totals: yes\n        threads: no\n";
  }
  std::vector<std::string> words = {program_, "-c", configuration.string(), "-r", capture};
  if (rules.empty())
    words.emplace_back("--disable-detection");
  else
    words.insert(words.end(), {"-S", rules});
  words.insert(words.end(), {"-l", folder, "--runmode", "single", "-k", "none"});
  for (auto const& value :
       {std::string("mpm-algo=hs"),
        // The same alerts in each run.
        std::string("stream.reassembly.randomize-chunk-size=no"),
        std::string("app-layer.protocols.http.libhtp.default-config.randomize-inspection-sizes=no"),
        "classification-file=" + configuration_ + "/classification.config",
        "reference-config-file=" + configuration_ + "/reference.config"})
    words.insert(words.end(), {"--set", value});

  Child child(words, (out / "output").string());
  if (!child.started()) throw std::runtime_error(program_ + ": cannot be run");
  fs::path const process = "/proc/" + std::to_string(child.id());
  std::map<std::string, ThreadTime> threads;
  Run result;
  while (!child.ended()) {
    read_thread_times(process, threads);
    interruption.sleep_for(kPoll);
  }
  if (!child.succeeded())
    throw std::runtime_error(program_ + " failed: " + last_lines(text_of(out / "output")));
  for (auto const& [id, thread] : threads) {
    auto const& name = thread.name;
    if (name.starts_with("W#") || name.starts_with("RX"))
      result.worker_cpu_seconds += thread.seconds;
  }
  result.alerts = count_alerts(out / "eve.json");
  return result;
}

}  // namespace warpline::bench
