// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <memory>

#include "app/commands/command.hpp"
#include "core/base/error.hpp"

namespace warpline::app {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using Protocol = asio::local::stream_protocol;

struct ControlClientOptions {
  std::string path, request;
};

/// A word is the name of a command.
std::string request_of(std::string const& text) {
  return text.starts_with('{') ? text : json::serialize(json::object{{"command", text}});
}

/// The first line that is no event. Throws `ConfigError` if nobody answers.
json::object ask(std::string const& path, std::string const& request) try {
  asio::io_context context;
  Protocol::socket socket(context);
  socket.connect(Protocol::endpoint(path));
  asio::write(socket, asio::buffer(request + "\n"));
  std::string buffer;
  for (;;) {
    auto const size = asio::read_until(socket, asio::dynamic_buffer(buffer), '\n');
    auto answer = json::parse(buffer.substr(0, size));
    buffer.erase(0, size);
    if (answer.is_object() && answer.as_object().contains("ok")) return answer.as_object();
  }
} catch (boost::system::system_error const& error) {
  throw ConfigError(path + ": no answer: " + error.code().message() +
                    "; expected the socket of a program that runs with --control");
}

int control(ControlClientOptions const& options) {
  auto const answer = ask(options.path, request_of(options.request));
  std::printf("%s\n", json::serialize(answer).c_str());
  if (answer.at("ok") == true) return kOk;
  if (auto const* error = answer.if_contains("error"); error != nullptr && error->is_string())
    std::fprintf(stderr, "error: %s\n", error->as_string().c_str());
  return kRuntimeFailure;
}

void add_control(CommandLine& app, Invocation& invocation) {
  auto const options = std::make_shared<ControlClientOptions>();
  auto command = app.add_subcommand(
      "control", "Send a request, such as 'reload', to a running program (docs/control.md)");
  command.add_option("PATH", options->path, "The socket that it was given with --control")
      .required();
  command
      .add_option("REQUEST", options->request,
                  "A command, or a JSON object; the answer is printed, and an error is exit code 1")
      .required();
  command.callback(
      [&invocation, options] { invocation.action = [options] { return control(*options); }; });
}

CommandRegistration const registration{15, add_control};

}  // namespace
}  // namespace warpline::app
