// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/core/click/random_pipeline.hpp"

#include <algorithm>

#include "tests/core/click/flat_text.hpp"

namespace warpline::test {

RandomPipeline::RandomPipeline(std::uint32_t seed) : random_(seed) {
  draw_scopes();
  draw_nodes();
  for (auto count = below(16); count > 0; --count) draw_connection();
  for (auto& node : nodes_) {
    std::string expected;
    node.arguments = draw_arguments(node, expected);
    elements.insert(node.path + ' ' + node.type + expected);
  }
  written_.assign(nodes_.size(), false);
  text = body(0);
}

void RandomPipeline::draw_scopes() {
  scopes_.push_back({0, {}, {}, 0, 0, {}, {}, {}, {}, {}});
  for (auto count = below(5); count > 0; --count) {
    auto const parent = below(scopes_.size());
    auto const name = "s" + std::to_string(scopes_.size());
    scopes_.push_back({parent, name, scopes_[parent].path + name + '/', 0, 0, {}, {}, {}, {}, {}});
  }
}

void RandomPipeline::draw_nodes() {
  std::vector<std::size_t> counts(scopes_.size());
  for (auto count = 1 + below(10); count > 0; --count) {
    Node node{};
    node.scope = below(scopes_.size());
    node.anonymous = chance(25);
    // Elements of different scopes share names: a scope must not see those of another.
    node.name = "e" + std::to_string(counts[node.scope]++);
    node.type = (node.anonymous ? "Only" : "K") + std::to_string(nodes_.size());
    if (node.anonymous) node.name = node.type;
    node.path = scopes_[node.scope].path + node.name + (node.anonymous ? "@" : "");
    nodes_.push_back(node);
  }
}

/// Leads a connection through a port of each compound on its way.
void RandomPipeline::draw_connection() {
  auto& from = nodes_[below(nodes_.size())];
  auto& to = nodes_[below(nodes_.size())];
  auto const usable = [&](Node const& node) { return !node.anonymous || node.mentions == 0; };
  if (!usable(from) || !usable(to) || (&from == &to && from.anonymous)) return;
  auto const from_port = static_cast<std::uint32_t>(below(4));
  auto const to_port = static_cast<std::uint32_t>(below(4));
  if (!connections
           .insert(from.path + '[' + std::to_string(from_port) + "] -> [" +
                   std::to_string(to_port) + ']' + to.path)
           .second)
    return;
  ++from.mentions;
  ++to.mentions;
  std::set<std::size_t> around{0};
  for (auto scope = from.scope; scope != 0; scope = scopes_[scope].parent) around.insert(scope);
  std::vector<std::size_t> down;
  auto meeting = to.scope;
  for (; !around.contains(meeting); meeting = scopes_[meeting].parent) down.push_back(meeting);

  End left{from.name, from_port};
  for (auto scope = from.scope; scope != meeting; scope = scopes_[scope].parent) {
    auto const number = scopes_[scope].outputs++;
    scopes_[scope].lines.push_back({left, {"output", number}});
    left = {scopes_[scope].name, number};
  }
  for (; !down.empty(); down.pop_back()) {
    auto const number = scopes_[down.back()].inputs++;
    scopes_[meeting].lines.push_back({left, {scopes_[down.back()].name, number}});
    meeting = down.back();
    left = {"input", number};
  }
  scopes_[meeting].lines.push_back({left, {to.name, to_port}});
}

std::string RandomPipeline::draw_word(bool& quoted, std::string& written) {
  constexpr std::string_view kPlain = "abcXYZ0189_-.:/%?*=<>+@!&|~^[]#";
  quoted = chance(30);
  std::string word;
  if (!quoted) {
    for (auto count = 1 + below(6); count > 0; --count) {
      auto const c = kPlain[below(kPlain.size())];
      if (!word.empty() && word.back() == '/' && (c == '/' || c == '*')) continue;
      word += c;
    }
    if (chance(20)) word += "(1, (b),c)";
    written = word;
    return word;
  }
  for (auto count = below(8); count > 0; --count) word += static_cast<char>(1 + below(255));
  bool const raw =
      std::all_of(word.begin(), word.end(), [](char c) { return c != '\'' && c != '\n'; });
  written = raw && chance(40) ? "'" + word + "'" : quote(word);
  if (chance(20)) {
    word = "pre" + word;
    written = "pre" + written;
  }
  return word;
}

/// The text as a parameter of the compound, or as a definition in it or around it.
std::string RandomPipeline::in_parameter(std::size_t scope, std::string const& written) {
  auto const name = "$p" + std::to_string(parameters_++);
  auto& own = scopes_[scope];
  if (scope != 0 && chance(50)) {
    if (chance(50)) {
      auto const keyword = "K" + std::to_string(parameters_);
      own.heads.push_back(keyword + ' ' + name);
      own.values.push_back(keyword + ' ' + written);
    } else {
      own.heads.push_back(name);
      own.values.push_back(written);
    }
  } else {
    for (; scope != 0 && chance(50);) scope = scopes_[scope].parent;
    scopes_[scope].defines.push_back("define(" + name + ' ' + written + ")");
  }
  return chance(50) ? name : "${" + name.substr(1) + "}";
}

std::string RandomPipeline::draw_arguments(Node const& node, std::string& expected) {
  std::string list;
  for (auto count = below(4); count > 0; --count) {
    std::string joined, argument;
    bool quoted = false;
    bool plain = true;
    auto const words = 1 + below(3);
    for (std::size_t i = 0; i < words; ++i) {
      std::string written;
      joined += (i ? " " : "") + draw_word(quoted, written);
      bool const whole = !chance(20);
      plain = plain && whole;
      argument += (i ? " " : "") + (whole ? written : in_parameter(node.scope, written));
    }
    if (plain && chance(10)) argument = in_parameter(node.scope, argument);
    expected += words == 1 && quoted ? '"' + joined + '"' : '<' + joined + '>';
    list += (list.empty() ? "" : ",") + gap() + argument + gap();
  }
  return list;
}

std::string RandomPipeline::gap() {
  static char const* const kGaps[] = {"",        "",    "", " ", " ", "\n", "\t", " /* ; ) */ ",
                                      " // x\n", "\r\n"};
  return kGaps[below(std::size(kGaps))];
}

std::string RandomPipeline::declaration(std::size_t index) {
  auto const& node = nodes_[index];
  written_[index] = true;
  auto const call =
      node.type + (node.arguments.empty() && chance(50) ? "" : gap() + '(' + node.arguments + ')');
  return node.anonymous ? call : node.name + gap() + "::" + gap() + call;
}

/// A name in a chain; the first time perhaps with its declaration.
std::string RandomPipeline::mention(std::size_t scope, std::string const& name, bool declare) {
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    if (nodes_[i].scope == scope && nodes_[i].name == name && !written_[i] &&
        (nodes_[i].anonymous || (declare && chance(40))))
      return declaration(i);
  return name;
}

std::string RandomPipeline::port(std::uint32_t number) {
  if (number == 0 && chance(60)) return "";
  return "[" + std::string(chance(20) ? " " : "") + std::to_string(number) + "]";
}

std::string RandomPipeline::statements_of_lines(std::size_t scope) {
  auto lines = scopes_[scope].lines;
  std::shuffle(lines.begin(), lines.end(), random_);
  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    auto const write_from = [&](End const& end) {
      // `a, b :: B` would declare both: only a port, as in `a[1], b :: B`, keeps them apart.
      auto const alone = out.empty() || out.back() != ',' || out.ends_with("],");
      return gap() + mention(scope, end.name, alone) + gap() + port(end.port);
    };
    auto const same = [](End const& a, End const& b) {
      return a.name == b.name && a.port == b.port;
    };
    out += write_from(lines[i].from);
    // a, b -> c
    for (; i + 1 < lines.size() && same(lines[i].to, lines[i + 1].to); ++i) {
      out += ',';
      out += write_from(lines[i + 1].from);
    }
    out += gap() + "->" + gap() + port(lines[i].to.port) + gap() + mention(scope, lines[i].to.name);
    // a -> b -> c
    while (i + 1 < lines.size() && lines[i].to.name == lines[i + 1].from.name && chance(80)) {
      ++i;
      out += gap() + port(lines[i].from.port) + gap() + "->" + gap() + port(lines[i].to.port) +
             gap() + mention(scope, lines[i].to.name);
    }
    out += separator();
  }
  return out;
}

std::string RandomPipeline::scope_declaration(std::size_t index, std::string& classes) {
  auto const inside = body(index);
  auto const& scope = scopes_[index];
  std::string head, values;
  for (std::size_t i = 0; i < scope.heads.size(); ++i) {
    head += (i ? "," : "") + gap() + scope.heads[i] + gap();
    values += (i ? "," : "") + gap() + scope.values[i] + gap();
  }
  auto const braces =
      "{" + gap() + (head.empty() && chance(80) ? "" : head + "|") + gap() + inside + "}";
  auto const call = values.empty() && chance(50) ? "" : "(" + values + ")";
  if (chance(50)) return scope.name + gap() + "::" + gap() + braces + gap() + call + separator();
  classes +=
      "elementclass" + std::string(" C") + std::to_string(index) + gap() + braces + separator();
  return scope.name + " :: C" + std::to_string(index) + gap() + call + separator();
}

std::string RandomPipeline::body(std::size_t scope) {
  std::vector<std::string> parts{statements_of_lines(scope)};
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    if (nodes_[i].scope == scope && !written_[i]) parts.push_back(declaration(i) + separator());
  for (std::size_t i = 1; i < scopes_.size(); ++i) {
    if (scopes_[i].parent != scope) continue;
    std::string classes;
    parts.push_back(scope_declaration(i, classes));
    parts.push_back(classes);
  }
  for (auto const& define : scopes_[scope].defines) parts.push_back(define + separator());
  std::shuffle(parts.begin(), parts.end(), random_);
  std::string out = gap();
  for (auto const& part : parts) out += part;
  return out;
}

}  // namespace warpline::test
