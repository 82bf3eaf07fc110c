// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace warpline {

class Args;
class Element;

/// The element classes of the program by name. Filled before `main` by `WARPLINE_ELEMENT`, read-only
/// afterwards.
class Registry {
 public:
  using Factory = std::unique_ptr<Element> (*)(Args&);
  struct Entry {
    Factory make = nullptr;
    char const* file = "";  ///< the source file, relative to the repository
  };

  static Registry& instance();
  void add(std::string name, Entry entry) { entries_.insert_or_assign(std::move(name), entry); }
  /// Null where there is none of that name.
  Entry const* find(std::string const& name) const;
  std::vector<std::string> names() const;

 private:
  std::map<std::string, Entry> entries_;
};

namespace detail {
template <class T>
std::unique_ptr<Element> make_element(Args& args) {
  return std::make_unique<T>(args);
}
struct Registration {
  Registration(char const* name, Registry::Factory make, char const* file) {
    Registry::instance().add(name, {make, file});
  }
};
}  // namespace detail

}  // namespace warpline

/// Makes the class known to pipelines under its own name. Once, in the source file of the class.
#define WARPLINE_ELEMENT(Class)                                                   \
  static ::warpline::detail::Registration const warpline_registration_##Class {  \
    #Class, &::warpline::detail::make_element<Class>, __FILE__                    \
  }
