// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/session/command_line.hpp"

#include <CLI/CLI.hpp>  // all of CLI11: its virtual tables belong to one object of the program
#include <utility>

namespace warpline::app {

CommandOption& CommandOption::type_name(std::string const& name) {
  option_->type_name(name);
  return *this;
}

CommandOption& CommandOption::group(std::string const& name) {
  option_->group(name);
  return *this;
}

CommandOption& CommandOption::required() {
  option_->required();
  return *this;
}

CommandOption& CommandOption::single() {
  option_->allow_extra_args(false);
  return *this;
}

CommandOption& CommandOption::delimiter(char character) {
  option_->delimiter(character);
  return *this;
}

CommandOption& CommandOption::range(std::int64_t min, std::int64_t max) {
  option_->check(CLI::Range(min, max));
  return *this;
}

CommandLine CommandLine::add_subcommand(std::string const& name, std::string const& help) {
  return CommandLine(*app_->add_subcommand(name, help));
}

void CommandLine::callback(std::function<void()> call) { app_->callback(std::move(call)); }

CommandOption CommandLine::add_option(std::string const& names, std::string& value,
                                      std::string const& help) {
  return CommandOption(*app_->add_option(names, value, help));
}

CommandOption CommandLine::add_option(std::string const& names, std::vector<std::string>& values,
                                      std::string const& help) {
  return CommandOption(*app_->add_option(names, values, help));
}

CommandOption CommandLine::add_option(std::string const& names, std::uint32_t& value,
                                      std::string const& help) {
  return CommandOption(*app_->add_option(names, value, help));
}

CommandOption CommandLine::add_option(std::string const& names, std::uint64_t& value,
                                      std::string const& help) {
  return CommandOption(*app_->add_option(names, value, help));
}

CommandOption CommandLine::add_option(std::string const& names, std::optional<unsigned>& value,
                                      std::string const& help) {
  return CommandOption(*app_->add_option(names, value, help));
}

CommandOption CommandLine::add_option(std::string const& names, std::optional<double>& value,
                                      std::string const& help) {
  return CommandOption(*app_->add_option(names, value, help));
}

CommandOption CommandLine::add_option_function(std::string const& names, Store store,
                                               std::string const& help) {
  return CommandOption(*app_->add_option_function<std::string>(names, std::move(store), help));
}

CommandOption CommandLine::add_options_function(std::string const& names, StoreAll store,
                                                std::string const& help) {
  return CommandOption(
      *app_->add_option_function<std::vector<std::string>>(names, std::move(store), help));
}

CommandOption CommandLine::add_flag(std::string const& names, bool& value,
                                    std::string const& help) {
  return CommandOption(*app_->add_flag(names, value, help));
}

CommandOption CommandLine::add_flag_callback(std::string const& names, std::function<void()> call,
                                             std::string const& help) {
  return CommandOption(*app_->add_flag_callback(names, std::move(call), help));
}

void CommandLine::remove_option(std::string const& name) {
  app_->remove_option(app_->get_option(name));
}

}  // namespace warpline::app
