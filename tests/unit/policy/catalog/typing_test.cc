// SPDX-License-Identifier: Apache-2.0
#include "policy/catalog/typing.h"

#include <gtest/gtest.h>

#include "tests/unit/policy/catalog/small_world.h"

namespace policy::catalog {
namespace {

using Oids = std::vector<Oid>;

TEST(ChooseFunction, AnExactMatchOfALaterSchemaBeatsAConversionInAnEarlierOne) {
  SmallWorld world;
  const Oid built_in = world.function("reverse", {kText}, kText);
  const Oid mine = world.function("reverse", {kVarchar}, kText, kPublic);
  EXPECT_EQ(oids(world.call("reverse", {kVarchar})), Oids{mine});
  EXPECT_EQ(oids(world.call("reverse", {kText})), Oids{built_in});
  EXPECT_EQ(oids(world.call("reverse", {kUnknown})), Oids{built_in});  // text is preferred
  EXPECT_EQ(oids(world.call("reverse", {kCannotTell})), (Oids{built_in, mine}));
}

TEST(ChooseFunction, AnEarlierSchemaHidesTheSameSignature) {
  SmallWorld world;
  const Oid built_in = world.function("length", {kText}, kInt4);
  const Oid mine = world.function("length", {kText}, kInt4, kPublic);
  EXPECT_EQ(oids(world.call("length", {kCannotTell})), Oids{built_in});
  world.path = {kPublic, kPgCatalog};
  EXPECT_EQ(oids(world.call("length", {kCannotTell})), Oids{mine});
  world.path = {kOther};
  EXPECT_TRUE(world.call("length", {kText}).functions.empty());
}

TEST(ChooseFunction, PrefersThePreferredTypeOfTheInputsCategory) {
  SmallWorld world;
  world.function("f", {kNumeric}, kText);
  const Oid preferred = world.function("f", {kFloat8}, kText);
  EXPECT_EQ(oids(world.call("f", {kInt4})), Oids{preferred});
}

TEST(ChooseFunction, IsAmbiguousWhereNothingDecides) {
  SmallWorld world;
  world.function("f", {kInt8, kNumeric}, kText);
  world.function("f", {kNumeric, kInt8}, kText);
  const Choice choice = world.call("f", {kInt4, kInt4});
  EXPECT_TRUE(choice.functions.empty());
  EXPECT_TRUE(choice.is_ambiguous);
  EXPECT_FALSE(world.call("f", {kBool, kBool}).is_ambiguous);  // does not exist
}

TEST(ChooseFunction, ALiteralIsTakenToBeAString) {
  SmallWorld world;
  world.function("f", {kBytea}, kText);
  const Oid string = world.function("f", {kVarchar}, kText);
  EXPECT_EQ(oids(world.call("f", {kUnknown})), Oids{string});
}

TEST(ChooseFunction, LiteralsAreTakenToBeOfTheOneKnownType) {
  SmallWorld world;
  const Oid dates = world.function("f", {kDate, kDate}, kText);
  world.function("f", {kDate, kInt4}, kText);
  EXPECT_EQ(oids(world.call("f", {kDate, kUnknown})), Oids{dates});
}

TEST(ChooseFunction, ADomainCountsAsItsBaseUnlessAllIsExact) {
  SmallWorld world;
  const Oid base = world.function("f", {kVarchar, kInt4}, kText);
  const Oid domain = world.function("f", {kShortText, kInt4}, kText, kPublic);
  EXPECT_EQ(oids(world.call("f", {kShortText, kInt4})), Oids{domain});
  EXPECT_EQ(oids(world.call("f", {kShortText, kUnknown})), Oids{base});
  EXPECT_EQ(oids(world.call("f", {kShortText, kCannotTell})), (Oids{base, domain}));
  EXPECT_EQ(oids(world.call("f", {kVarchar, kCannotTell})), Oids{base});
}

TEST(ChooseFunction, ExpandsVariadicAndPrefersWhatIsNotExpanded) {
  SmallWorld world;
  const Oid expanded = world.variadic("f", {kInt4Array}, kInt4, kBool);
  const Oid plain = world.function("f", {kInt4, kInt4}, kText);
  EXPECT_EQ(oids(world.call("f", {kInt4, kInt4, kInt4})), Oids{expanded});
  EXPECT_EQ(oids(world.call("f", {kInt4, kInt4})), Oids{plain});
  EXPECT_EQ(oids(world.call("f", {kInt4})), Oids{expanded});
  EXPECT_TRUE(world.call("f", std::initializer_list<Oid>{}).functions.empty());
  EXPECT_TRUE(world.call("f", {kInt4Array}).functions.empty());
  world.is_variadic = true;
  EXPECT_EQ(oids(world.call("f", {kInt4Array})), Oids{expanded});
}

TEST(ChooseFunction, LeavesOutWhatHasDefaults) {
  SmallWorld world;
  const Oid f = world.named("f", {{"a", kInt4}, {"b", kText}, {"c", kDate}}, 2, kBool);
  EXPECT_EQ(oids(world.call("f", {kInt4})), Oids{f});
  EXPECT_EQ(oids(world.call("f", {kInt4, kUnknown})), Oids{f});
  EXPECT_TRUE(world.call("f", std::initializer_list<Oid>{}).functions.empty());
}

TEST(ChooseFunction, IsAmbiguousWhereDefaultsMakeTwoAlike) {
  SmallWorld world;
  world.function("f", {kInt4}, kText);
  world.named("f", {{"a", kInt4}, {"b", kInt4}}, 1, kText);
  EXPECT_TRUE(world.call("f", {kInt4}).is_ambiguous);
  EXPECT_EQ(world.call("f", {kInt4, kInt4}).functions.size(), 1U);
}

TEST(ChooseFunction, MatchesNamesInAnyOrder) {
  SmallWorld world;
  const Oid f = world.named("f", {{"a", kInt4}, {"b", kText}, {"c", kDate}}, 2, kBool);
  const auto call = [&](std::vector<Argument> arguments) {
    return oids(world.call("f", std::move(arguments)));
  };
  EXPECT_EQ(call({{kDate, "c"}, {kInt4, "a"}}), Oids{f});
  EXPECT_EQ(call({{kInt4}, {kDate, "c"}}), Oids{f});
  EXPECT_TRUE(call({{kInt4}, {kInt4, "a"}}).empty());       // given twice
  EXPECT_TRUE(call({{kInt4, "a"}, {kInt4, "d"}}).empty());  // no such name
  EXPECT_TRUE(call({{kText, "b"}}).empty());                // a has no default
  EXPECT_TRUE(call({{kInt4, "c"}, {kInt4, "a"}}).empty());  // a date cannot be made of it
}

TEST(ChooseFunction, TiesPolymorphicArgumentsTogether) {
  SmallWorld world;
  const Oid f = world.function("f", {kAnyElement, kAnyArray}, kAnyElement);
  EXPECT_EQ(world.call("f", {kInt4, kInt4Array}).result, kInt4);
  EXPECT_EQ(world.call("f", {kUnknown, kInt4Array}).result, kInt4);
  EXPECT_EQ(world.call("f", {kCannotTell, kTextArray}).result, kText);
  EXPECT_TRUE(world.call("f", {kText, kInt4Array}).functions.empty());
  EXPECT_EQ(oids(world.call("f", {kCannotTell, kCannotTell})), Oids{f});
  EXPECT_EQ(world.call("f", {kCannotTell, kCannotTell}).result, kCannotTell);
}

TEST(ChooseFunction, KnowsEnumsRangesAndWhatIsNoArray) {
  SmallWorld world;
  world.function("e", {kAnyEnum}, kAnyEnum);
  world.function("n", {kAnyNonArray}, kAnyArray);
  world.function("r", {kAnyRange}, kAnyMultirange);
  world.function("m", {kAnyMultirange}, kAnyElement);
  EXPECT_EQ(world.call("e", {kMood}).result, kMood);
  EXPECT_TRUE(world.call("e", {kInt4}).functions.empty());
  EXPECT_EQ(world.call("n", {kInt4}).result, kInt4Array);
  EXPECT_TRUE(world.call("n", {kInt4Array}).functions.empty());
  EXPECT_EQ(world.call("r", {kInt4Range}).result, kInt4Multirange);
  EXPECT_EQ(world.call("m", {kInt4Multirange}).result, kInt4);
}

TEST(ChooseFunction, BringsCompatibleArgumentsToACommonType) {
  SmallWorld world;
  world.function("f", {kAnyCompatibleArray, kAnyCompatible}, kAnyCompatible);
  EXPECT_EQ(world.call("f", {kInt4Array, kInt8}).result, kInt8);
  EXPECT_EQ(world.call("f", {kUnknown, kUnknown}).result, kText);
  EXPECT_TRUE(world.call("f", {kInt4Array, kBool}).functions.empty());
  EXPECT_EQ(world.call("f", {kInt4Array, kCannotTell}).result, kCannotTell);
}

TEST(ChooseFunction, TakesRowsOfChildrenAndRecords) {
  SmallWorld world;
  const Oid parent = world.function("f", {kParentRow}, kText, kPublic);
  const Oid record = world.function("g", {kRecord}, kText);
  EXPECT_EQ(oids(world.call("f", {kChildRow})), Oids{parent});
  EXPECT_TRUE(world.call("f", {kPair}).functions.empty());
  EXPECT_EQ(oids(world.call("g", {kPair})), Oids{record});
}

TEST(ChooseFunction, ACallNamedAsATypeIsACast) {
  SmallWorld world;
  const Oid of_date = world.function("text", {kDate}, kText);
  EXPECT_EQ(oids(world.call("text", {kDate})), Oids{of_date});
  EXPECT_EQ(world.call("text", {kInt4}).cast_target, kText);  // by its output
  EXPECT_EQ(world.call("text", {kInt4}).result, kText);
  EXPECT_EQ(world.call("int4", {kUnknown}).cast_target, kInt4);
  EXPECT_EQ(world.call("int8", {kInt4}).cast_target, 0U);  // casts by function are none
  EXPECT_EQ(world.call("pair", {kUnknown}).cast_target, 0U);
  EXPECT_EQ(world.call("text", {kPair}).cast_target, 0U);
  EXPECT_EQ(world.call("short_text", {kUnknown}).cast_functions, Oids{kCheckFunction});
  const Choice open = world.call("text", {kCannotTell});
  EXPECT_EQ(oids(open), Oids{of_date});
  EXPECT_EQ(open.cast_target, kText);
}

TEST(ChooseFunction, AParameterWithoutTypeIsNoLiteral) {
  SmallWorld world;
  const Oid f = world.function("int4", {kInt8}, kInt4);
  const Choice choice = world.call("int4", {Argument{.type = kUnknown, .is_parameter = true}});
  EXPECT_EQ(oids(choice), Oids{f});
  EXPECT_EQ(choice.cast_target, 0U);
}

TEST(ChooseFunction, NamesTheCodeThatConvertsArguments) {
  SmallWorld world;
  world.cast(kInt4, kUserType, 'i', kCastFunction);
  world.function("f", {kUserType}, kText);
  world.function("g", {kShortText}, kText);
  world.function("h", {kAnyElement, kAnyElement}, kText);
  EXPECT_EQ(world.call("f", {kInt4}).cast_functions, Oids{kCastFunction});
  EXPECT_EQ(world.call("f", {kUserType}).cast_functions, Oids{});
  EXPECT_EQ(world.call("f", {kCannotTell}).cast_functions, Oids{kCastFunction});
  EXPECT_EQ(world.call("g", {kUnknown}).cast_functions, Oids{kCheckFunction});
  EXPECT_EQ(world.call("g", {kVarchar}).cast_functions, Oids{kCheckFunction});
  EXPECT_EQ(world.call("h", {kShortText, kUnknown}).cast_functions, Oids{kCheckFunction});
  EXPECT_EQ(world.call("h", {kInt4, kUnknown}).cast_functions, Oids{});
}

TEST(ChooseFunction, ATypeThatTheCatalogDoesNotHaveCannotBeTold) {
  SmallWorld world;
  const Oid f = world.function("f", {kInt4}, kText);
  EXPECT_EQ(oids(world.call("f", {999999})), Oids{f});
}

TEST(ChooseFunction, TakesNoMoreThanAHundredArguments) {
  SmallWorld world;
  world.variadic("f", {kInt4Array}, kInt4, kBool);
  EXPECT_EQ(world.call("f", std::vector<Argument>(100, {kInt4})).functions.size(), 1U);
  EXPECT_TRUE(world.call("f", std::vector<Argument>(101, {kInt4})).functions.empty());
}

TEST(ChooseOperator, HarmlessTextIsNotTheUsersVarchar) {
  SmallWorld world;
  const Oid built_in = world.op("||", kText, kText, kText);
  const Oid mine = world.op("||", kVarchar, kVarchar, kText, kPublic);
  EXPECT_EQ(oids(world.apply(kText, "||", kUnknown)), Oids{built_in});
  EXPECT_EQ(oids(world.apply(kVarchar, "||", kUnknown)), Oids{mine});
  EXPECT_EQ(oids(world.apply(kVarchar, "||", kText)), Oids{built_in});
  EXPECT_EQ(oids(world.apply(kCannotTell, "||", kUnknown)), (Oids{built_in, mine}));
  EXPECT_EQ(world.apply(kCannotTell, "||", kUnknown).result, kText);
}

TEST(ChooseOperator, ALiteralIsOfTheOtherOperandsBaseType) {
  SmallWorld world;
  world.op("=", kText, kText, kBool);
  const Oid varchars = world.op("=", kVarchar, kVarchar, kBool);
  EXPECT_EQ(oids(world.apply(kShorterText, "=", kUnknown)), Oids{varchars});
  EXPECT_EQ(oids(world.apply(kUnknown, "=", kShortText)), Oids{varchars});
}

TEST(ChooseOperator, TellsPrefixFromInfix) {
  SmallWorld world;
  const Oid prefix = world.op("-", 0, kInt4, kInt4);
  const Oid infix = world.op("-", kInt4, kInt4, kInt4);
  EXPECT_EQ(oids(world.apply(std::nullopt, "-", kInt4)), Oids{prefix});
  EXPECT_EQ(oids(world.apply(kInt4, "-", kInt4)), Oids{infix});
  EXPECT_EQ(oids(world.apply(std::nullopt, "-", kCannotTell)), Oids{prefix});
}

TEST(CastFunctions, FollowDomainsElementsAndColumns) {
  SmallWorld world;
  world.cast(kInt4, kUserType, 'e', kCastFunction);
  const Snapshot& snapshot = world.snapshot();
  EXPECT_EQ(cast_functions(snapshot, kText, kShorterText), Oids{kCheckFunction});
  EXPECT_EQ(cast_functions(snapshot, kTextArray, kShortTexts), Oids{kCheckFunction});
  EXPECT_EQ(cast_functions(snapshot, kRecord, kPair), Oids{kCheckFunction});
  EXPECT_EQ(cast_functions(snapshot, kUnknown, kPair), Oids{kCheckFunction});
  EXPECT_EQ(cast_functions(snapshot, kInt4, kUserType), Oids{kCastFunction});
  EXPECT_EQ(cast_functions(snapshot, kCannotTell, kUserType), Oids{kCastFunction});
  EXPECT_EQ(cast_functions(snapshot, kText, kUserType), Oids{});
  EXPECT_EQ(cast_functions(snapshot, kCannotTell, kText), Oids{});
}

TEST(CommonType, ClimbsToThePreferredTypeOfTheCategory) {
  SmallWorld world;
  const auto common = [&](std::vector<Oid> types) { return common_type(world.snapshot(), types); };
  EXPECT_EQ(common({kInt4, kInt8, kUnknown}), kInt8);
  EXPECT_EQ(common({kUnknown, kUnknown}), kText);
  EXPECT_EQ(common({kVarchar, kText}), kVarchar);
  EXPECT_EQ(common({kShortText, kShortText}), kShortText);
  EXPECT_EQ(common({kShortText, kUnknown}), kVarchar);
  EXPECT_EQ(common({kInt4, kBool}), kCannotTell);
  EXPECT_EQ(common({kText, kCannotTell}), kText);
  EXPECT_EQ(common({kCannotTell, kText}), kCannotTell);
  EXPECT_EQ(common({kInt4, kCannotTell}), kCannotTell);
  EXPECT_EQ(common({}), kCannotTell);
}

TEST(Subscripts, OfArraysDomainsAndJsonb) {
  SmallWorld world;
  const Snapshot& snapshot = world.snapshot();
  EXPECT_EQ(subscript_type(snapshot, kInt4Array), kInt4);
  EXPECT_EQ(slice_type(snapshot, kInt4Array), kInt4Array);
  EXPECT_EQ(subscript_type(snapshot, kJsonb), kJsonb);
  EXPECT_EQ(subscript_type(snapshot, kInt4), kCannotTell);
  EXPECT_EQ(base_type(snapshot, kShorterText), kVarchar);
}

}  // namespace
}  // namespace policy::catalog
