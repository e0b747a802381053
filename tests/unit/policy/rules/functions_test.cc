// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/unit/policy/rules/shop.h"

namespace policy::rules {
namespace {

using Kind = CallUse::Kind;

Finds judge(const Shop& shop, const CallUse& call, Mode mode = Mode::ReadOnly) {
  return shop.judge({.calls = {call}}, check_functions, mode);
}

TEST(Functions, EveryKindOfCallHasItsWords) {
  struct Row {
    std::string_view function;
    Kind kind;
    std::string_view message;
  };
  const Shop shop;
  for (const auto& [function, kind, message] : {
           Row{"public.reverse", Kind::Function,
               "function public.reverse(character varying) is not allowed"},
           Row{"public.reverse", Kind::Operator,
               "operator public.reverse may run function public.reverse(character varying), which "
               "is not allowed"},
           Row{"public.order_total", Kind::Cast,
               "the cast to public.order_total may run function public.order_total(integer), which "
               "is not allowed"},
           Row{"public.agg_s", Kind::Type,
               "type public.agg_s may run function public.agg_s(text, integer), which is not "
               "allowed"},
           Row{"pg_catalog.pg_sleep", Kind::Function,
               "function pg_sleep(double precision) is not allowed: it makes the server wait"},
           Row{"pg_catalog.pg_read_file", Kind::Function,
               "function pg_read_file(text) is not allowed: it reads files of the server"},
           Row{"pg_catalog.pg_new_in_19", Kind::Function,
               "function pg_new_in_19() is not allowed: it is not one that this version of Postern "
               "knows"},
       }) {
    const Finds finds = judge(shop, shop.call(function, kind));
    ASSERT_EQ(finds.size(), 1u) << function;
    EXPECT_EQ(finds[0].violation.message, message);
    EXPECT_EQ(finds[0].violation.code, ErrorCode::FunctionAccessDenied);
    EXPECT_EQ(finds[0].offset, 30u);
  }
}

TEST(Functions, EveryCandidateHasToBeAllowed) {
  const Shop shop;
  CallUse call = shop.call("pg_catalog.reverse");
  EXPECT_TRUE(judge(shop, call).empty());
  call.candidates.push_back(&shop.function("public.reverse"));
  const Finds finds = judge(shop, call);
  ASSERT_EQ(finds.size(), 1u);
  EXPECT_EQ(finds[0].violation.resource, "public.reverse(character varying)");
  EXPECT_EQ(finds[0].violation.rule, "functions.allowed");
  EXPECT_EQ(finds[0].violation.hint, "To call the server's own function write pg_catalog.reverse.");
}

TEST(Functions, ACallWithoutCandidatesIsRefused) {
  const Shop shop;
  CallUse call{.kind = Kind::Function, .name = "f"};
  EXPECT_EQ(judge(shop, call).size(), 1u);
  call.kind = Kind::Operator;
  EXPECT_TRUE(judge(shop, call).empty());
}

TEST(Functions, ModesLiftWhatWritesAndLocks) {
  const Shop shop;
  struct Row {
    std::string_view function;
    Mode least;
  };
  for (const auto& [function, least] : {
           Row{"pg_catalog.nextval", Mode::Balanced},
           Row{"pg_catalog.currval", Mode::Balanced},
           Row{"pg_catalog.pg_advisory_xact_lock", Mode::Balanced},
           Row{"pg_catalog.pg_advisory_lock", Mode::Permissive},
       }) {
    for (const Mode mode : {Mode::ReadOnly, Mode::Balanced, Mode::Permissive}) {
      EXPECT_EQ(judge(shop, shop.call(function), mode).empty(), mode >= least) << function;
    }
  }
  EXPECT_EQ(judge(shop, shop.call("pg_catalog.pg_sleep"), Mode::Permissive).size(), 1u);
}

TEST(Functions, ADeniedOneStaysDeniedInEveryMode) {
  const Shop shop({.functions = {.denied = {"nextval"}}});
  EXPECT_EQ(judge(shop, shop.call("pg_catalog.nextval"), Mode::Permissive).size(), 1u);
}

}  // namespace
}  // namespace policy::rules
