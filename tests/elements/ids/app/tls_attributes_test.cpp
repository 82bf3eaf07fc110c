// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/app/tls_attributes.hpp"

#include <gtest/gtest.h>

namespace warpline::ids::tls {
namespace {

TEST(TlsAttributes, AreThoseOfSuricata) {
  EXPECT_EQ(attribute_name("2.5.4.3"), "CN");
  EXPECT_EQ(attribute_name("1.2.840.113549.1.9.1"), "Email");
  EXPECT_EQ(attribute_name("0.9.2342.19200300.100.1.1"), "uid");
  EXPECT_EQ(attribute_name("2.5.29.17"), "subjectAltName");
  EXPECT_EQ(attribute_name("1.3.6.1.4.1.311.60.2.1.3"), "msJurisdictionCountry");
  EXPECT_EQ(attribute_name("2.5.4.65"), "");
  EXPECT_EQ(attribute_name("2.5.4"), "");
}

}  // namespace
}  // namespace warpline::ids::tls
