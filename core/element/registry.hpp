// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "core/packet/annotations.hpp"

namespace warpline {

class Args;
class Element;
class OffloadBase;

/// The element classes of the program by name. Filled before `main` by `WARPLINE_ELEMENT`,
/// read-only afterwards, by any thread.
class Registry {
 public:
  using Factory = std::unique_ptr<Element> (*)(Args&);
  struct Entry {
    Factory make = nullptr;
    char const* file = "";        ///< the source file, as the compiler was given it
    bool offloadable = false;     ///< a device can run it
    AnnotationUse annotations{};  ///< as the class declares them
  };

  static Registry& instance();
  /// Throws `std::logic_error` with both source files if the name is taken.
  void add(std::string const& name, Entry entry);
  /// Null if there is none of that name.
  Entry const* find(std::string const& name) const;
  std::vector<std::string> names() const;

 private:
  std::map<std::string, Entry> entries_;
};

namespace detail {
template <class T>
std::unique_ptr<Element> make_element(Args& args) {
  static_assert(std::is_base_of_v<Element, T>,
                "an element derives from Element, PacketElement, PolledElement or OffloadElement");
  static_assert(
      !std::is_abstract_v<T>,
      "the element does not override `void process(BatchPtr, unsigned, Outputs&) noexcept`, "
      "or `unsigned poll(Outputs&) noexcept` if it is polled");
  static_assert(std::is_constructible_v<T, Args&>,
                "an element has a public constructor that takes Args&");
  return std::make_unique<T>(args);
}
struct Registration {
  /// Ends the program with a message if two classes have one name: nobody can catch an exception
  /// before `main`.
  Registration(char const* name, Registry::Entry entry) noexcept;
};
}  // namespace detail

}  // namespace warpline

/// Makes the class known to pipelines under its own name. Once, in the source file of the class.
#define WARPLINE_ELEMENT(Class)                                                 \
  static ::warpline::detail::Registration const warpline_registration_##Class { \
#Class, {                                                                   \
      &::warpline::detail::make_element<Class>, __FILE__,                       \
          std::is_base_of_v<::warpline::OffloadBase, Class>,                    \
          ::warpline::detail::declared_annotations<Class>()                     \
    }                                                                           \
  }
