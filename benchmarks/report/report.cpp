// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/report/report.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <ctime>

#include "measure/json.hpp"
#include "measure/machine.hpp"
#include "measure/table.hpp"

namespace warpline::bench {
namespace {

namespace json = boost::json;

constexpr int kFormat = 1;  // raised when a field changes its meaning or is removed

std::string text_of(Row::Value const& value) {
  if (auto const* text = std::get_if<std::string>(&value)) return *text;
  if (auto const* truth = std::get_if<bool>(&value)) return *truth ? "yes" : "no";
  auto const number = std::get<double>(value);
  if (!std::isfinite(number)) return "-";
  if (number == std::floor(number) && std::abs(number) < 1e15)
    return number < 0 ? fixed(number, 0) : with_commas(static_cast<std::uint64_t>(number));
  auto const size = std::abs(number);
  return fixed(number, size < 0.1 ? 4 : size < 10 ? 2 : size < 1000 ? 1 : 0);
}

json::value value_of(Row::Value const& value) {
  if (auto const* text = std::get_if<std::string>(&value)) return json::value(*text);
  if (auto const* truth = std::get_if<bool>(&value)) return *truth;
  auto const number = std::get<double>(value);
  if (!std::isfinite(number)) return nullptr;
  if (number == std::floor(number) && std::abs(number) < 1e15)
    return static_cast<std::int64_t>(number);
  return number;
}

std::string now() {
  auto const time = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  gmtime_r(&time, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

json::object machine_object() {
  auto const machine = describe_machine();
  json::object versions;
  for (auto const& [name, version] : machine.versions) versions[name] = version;
  double load = 0;
  return {{"cpu", machine.cpu},
          {"cores", machine.cores},
          {"load_average", getloadavg(&load, 1) == 1 ? json::value(load) : json::value(nullptr)},
          {"tsc_hz", std::round(machine.tsc_hz)},
          {"virtual_machine", machine.virtual_machine},
          {"kernel", machine.kernel},
          {"versions", std::move(versions)}};
}

}  // namespace

Row& Row::set(std::string name, std::string value) {
  fields_.emplace_back(std::move(name), std::move(value));
  return *this;
}
Row& Row::set(std::string name, char const* value) {
  return set(std::move(name), std::string(value));
}
Row& Row::set(std::string name, double value) {
  fields_.emplace_back(std::move(name), value);
  return *this;
}
Row& Row::set(std::string name, bool value) {
  fields_.emplace_back(std::move(name), value);
  return *this;
}

Rows::Section& Rows::section(std::string const& name) {
  auto const entry = std::find_if(sections_.begin(), sections_.end(),
                                  [&](auto const& section) { return section.name == name; });
  if (entry != sections_.end()) return *entry;
  return sections_.emplace_back(Section{name, {}, {}});
}

Row& Rows::add(std::string const& section) { return this->section(section).rows.emplace_back(); }

void Rows::note(std::string const& section, std::string text) {
  auto& notes = this->section(section).notes;
  if (std::find(notes.begin(), notes.end(), text) == notes.end()) notes.push_back(std::move(text));
}

bool Rows::any_false(std::string const& field) const {
  for (auto const& section : sections_)
    for (auto const& row : section.rows)
      for (auto const& [name, value] : row.fields())
        if (auto const* truth = std::get_if<bool>(&value); name == field && truth && !*truth)
          return true;
  return false;
}

void Rows::print(std::FILE* file) const {
  for (auto const& section : sections_) {
    std::fprintf(file, "%s\n", section.name.c_str());
    for (auto const& note : section.notes) std::fprintf(file, "  %s\n", note.c_str());
    if (!section.rows.empty()) {
      std::vector<Table::Column> columns;
      for (auto const& [name, value] : section.rows.front().fields())
        columns.push_back({name, std::holds_alternative<double>(value) ? Table::Align::kRight
                                                                       : Table::Align::kLeft});
      Table table(columns);
      for (auto const& row : section.rows) {
        std::vector<Table::Cell> cells;
        for (auto const& [name, value] : row.fields()) cells.emplace_back(text_of(value));
        table.add(std::move(cells));
      }
      table.print(file);
    }
    std::fprintf(file, "\n");
  }
}

void Rows::write_json(std::string const& path, std::string const& program,
                      std::string const& gpu) const {
  json::object sections;
  for (auto const& section : sections_) {
    json::array rows;
    for (auto const& row : section.rows) {
      json::object object;
      for (auto const& [name, value] : row.fields()) object[name] = value_of(value);
      rows.push_back(std::move(object));
    }
    json::array const notes(section.notes.begin(), section.notes.end());
    sections[section.name] = {{"notes", notes}, {"rows", std::move(rows)}};
  }
  warpline::write_json(path,
                       json::object{{"format", kFormat},
                                    {"program", program},
                                    {"started", now()},
                                    {"machine", machine_object()},
                                    {"gpu", gpu.empty() ? json::value(nullptr) : json::value(gpu)},
                                    {"sections", std::move(sections)}});
}

}  // namespace warpline::bench
