// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "measure/json.hpp"

#include <boost/json/serialize.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>

namespace warpline {
namespace {

void append(std::string& out, boost::json::value const& value, std::size_t level) {
  auto const indent = [&](std::size_t depth) { out += '\n' + std::string(2 * depth, ' '); };
  if (auto const* object = value.if_object(); object != nullptr && !object->empty()) {
    out += '{';
    bool first = true;
    for (auto const& [key, member] : *object) {
      if (!std::exchange(first, false)) out += ',';
      indent(level + 1);
      out += boost::json::serialize(key) + ": ";
      append(out, member, level + 1);
    }
    indent(level);
    out += '}';
  } else if (auto const* array = value.if_array(); array != nullptr && !array->empty()) {
    out += '[';
    bool first = true;
    for (auto const& item : *array) {
      if (!std::exchange(first, false)) out += ',';
      indent(level + 1);
      append(out, item, level + 1);
    }
    indent(level);
    out += ']';
  } else if (auto const* number = value.if_double(); number != nullptr) {
    char text[32];
    std::snprintf(text, sizeof text, "%.10g", *number);
    out += std::strpbrk(text, "in") != nullptr ? "null" : text;
  } else {
    out += boost::json::serialize(value);
  }
}

}  // namespace

std::string pretty(boost::json::value const& value) {
  std::string out;
  append(out, value, 0);
  return out + '\n';
}

void write_json(std::string const& path, boost::json::value const& value) {
  auto const text = pretty(value);
  bool const console = path == "-";
  auto* file = console ? stdout : std::fopen(path.c_str(), "w");
  bool written = file != nullptr && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  written = written && std::fflush(file) == 0;
  int const error = errno;
  if (file != nullptr && !console && std::fclose(file) != 0) written = false;
  if (!written) throw std::runtime_error(path + ": cannot be written: " + std::strerror(error));
}

}  // namespace warpline
