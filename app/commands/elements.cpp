// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <memory>

#include "app/commands/command.hpp"
#include "core/base/error.hpp"
#include "elements/docs.hpp"
#include "measure/table.hpp"

namespace warpline::app {
namespace {

constexpr std::size_t kWidth = 100;

/// Breaks the text into lines of at most `kWidth` characters, each after `indent` blanks; the first
/// line comes after `first`.
std::string wrapped(std::string first, std::string_view text, std::size_t indent) {
  std::string out, line = std::move(first);
  line.resize(std::max(line.size(), indent), ' ');
  while (!text.empty()) {
    auto const end = text.find_first_of(" \n");
    auto const word = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (word.empty()) continue;
    if (line.size() > indent && line.size() + 1 + word.size() > kWidth) {
      out += line + '\n';
      line.assign(indent, ' ');
    }
    if (line.size() > indent) line += ' ';
    line += word;
  }
  return out + line + '\n';
}

std::string first_sentence(std::string_view text) {
  auto const end = text.find(". ");
  std::string sentence(end == std::string_view::npos ? text : text.substr(0, end + 1));
  for (auto& character : sentence)
    if (character == '\n') character = ' ';
  return sentence;
}

void print_entries(char const* title, std::span<ElementDoc::Entry const> entries) {
  if (entries.empty()) return;
  std::size_t widest = 0;
  for (auto const& entry : entries) widest = std::max(widest, entry.name.size());
  std::printf("\n%s\n", styled(title, Style::kBold, stdout).c_str());
  for (auto const& entry : entries)
    std::fputs(wrapped("  " + std::string(entry.name), entry.text, widest + 4).c_str(), stdout);
}

void print_doc(ElementDoc const& doc) {
  std::printf("%s%s\n", styled(doc.name, Style::kBold, stdout).c_str(),
              doc.offloadable ? " (offloadable)" : "");
  std::fputs(wrapped("", doc.summary, 0).c_str(), stdout);
  if (!doc.example.empty()) {
    std::fputc('\n', stdout);
    std::string_view rest = doc.example;
    while (!rest.empty()) {
      auto const end = rest.find('\n');
      std::printf("    %s\n", std::string(rest.substr(0, end)).c_str());
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
  }
  if (!doc.details.empty()) std::printf("\n%s", wrapped("", doc.details, 0).c_str());
  if (!doc.ports.empty()) std::printf("\n%s", wrapped("Ports:", doc.ports, 7).c_str());
  print_entries("Arguments", doc.arguments);
  print_entries("Drop reasons", doc.drops);
  std::printf("\nIn %s\n", std::string(doc.file).c_str());
}

int print_elements(std::vector<std::string> const& names) {
  if (names.empty()) {
    Table table({{"element", Table::Align::kLeft},
                 {"runs on", Table::Align::kLeft},
                 {"summary", Table::Align::kLeft}});
    for (auto const& doc : element_docs())
      table.add({std::string(doc.name), doc.offloadable ? "cpu, devices" : "cpu",
                 first_sentence(doc.summary)});
    table.print(stdout);
    return kOk;
  }
  std::vector<std::string> choices;
  for (auto const& doc : element_docs()) choices.emplace_back(doc.name);
  for (auto const& name : names)
    if (find_element_doc(name) == nullptr) {
      auto const hint = did_you_mean(name, choices);
      throw ConfigError("unknown element '" + name + "'" +
                        (hint.empty() ? "; 'warpline elements' lists all" : hint));
    }
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) std::fputc('\n', stdout);
    print_doc(*find_element_doc(names[i]));
  }
  return kOk;
}

void add_elements(CommandLine& app, Invocation& invocation) {
  auto const names = std::make_shared<std::vector<std::string>>();
  auto command = app.add_subcommand("elements", "List the elements or describe the ones named");
  command.add_option("NAME", *names, "Describe this element; repeat for more");
  command.callback(
      [&invocation, names] { invocation.action = [names] { return print_elements(*names); }; });
}

CommandRegistration const registration{40, add_elements};

}  // namespace
}  // namespace warpline::app
