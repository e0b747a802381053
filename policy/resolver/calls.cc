// SPDX-License-Identifier: Apache-2.0
// Functions and casts: ParseFuncOrColumn of parse_func.c.
#include <algorithm>

#include "policy/resolver/analysis.h"

namespace policy::resolver {
namespace {

std::string joined(std::span<const std::string_view> name) {
  std::string text;
  for (const auto part : name) {
    if (!text.empty()) text += ".";
    text += part;
  }
  return text;
}

}  // namespace

std::span<const Oid> Analysis::path_of(std::string_view schema) {
  if (schema.empty()) return input_.search_path;
  const catalog::Schema* found = snapshot_.schema(schema);
  if (found == nullptr) {
    // PostgreSQL looks no further, and the object does not exist: the caller says so.
    return {};
  }
  return {&found->oid, 1};
}

void Analysis::note_cast(Oid source, Oid target, std::size_t offset) {
  if (target == kCannotTell || source == target) return;
  note_cast_volatility(source, target);
  const auto functions = catalog::cast_functions(snapshot_, source, target);
  if (functions.empty()) return;
  note_call_oids(CallUse::Kind::Cast, type_words(target), offset, functions);
}

// ROW(…) becomes a row of a type column by column.
void Analysis::note_cast(const Value& source, Oid target, std::size_t offset) {
  if (target != kCannotTell) ask(source, target);
  const Row* row = source.type == catalog::kRecord ? source.row : nullptr;
  const Row* wanted = row == nullptr ? nullptr : row_of_type(target);
  const bool is_known = wanted != nullptr && !row->is_open &&
                        row->fields.size() == wanted->fields.size() &&
                        spend(offset, row->fields.size() + 1);
  if (!is_known) return note_cast(source.type, target, offset);
  note_cast(catalog::base_type(snapshot_, target), target, offset);
  for (std::size_t i = 0; i < row->fields.size(); ++i) {
    const Field& field = row->fields[i];
    note_cast(Value{.type = field.type, .row = field.row}, wanted->fields[i].type, offset);
  }
}

void Analysis::no_such_call(std::span<const std::string_view> name, const Seq<Value>& arguments,
                            std::size_t offset) {
  std::string types;
  for (const auto& argument : arguments) {
    if (!types.empty()) types += ", ";
    types += type_words(argument.type);
  }
  unresolved("42883", "function " + joined(name) + "(" + types + ") does not exist", offset,
             "No function matches the given name and argument types. You might need to add "
             "explicit type casts.");
  name_missing(name.size() > 1 ? name[name.size() - 2] : std::string_view{}, name.back(), offset);
}

Value Analysis::call_value(const catalog::Choice& choice, Sources sources) {
  Value value{.type = choice.result, .sources = sources};
  if (choice.functions.size() != 1) return value;
  const auto& outputs = choice.functions.front()->outputs;
  if (outputs.size() < 2) return value;
  auto* row = make(Row{.fields = seq<Field>()});
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    row->fields.push_back({outputs[i].name, choice.output_types[i], nullptr});
  }
  value.row = row;
  return value;
}

std::optional<Value> Analysis::named_call(std::span<const std::string_view> name,
                                          const Seq<Value>& arguments, std::size_t offset) {
  Seq<catalog::Argument> types = seq<catalog::Argument>();
  Sources sources = nullptr;
  for (const auto& argument : arguments) {
    types.push_back({.type = argument.type, .is_parameter = argument.is_parameter});
    sources = join_sources(sources, argument.sources);
  }
  const std::string_view schema = name.size() > 1 ? name[name.size() - 2] : std::string_view{};
  const auto choice = catalog::choose_function(
      snapshot_, {.name = name.back(), .path = path_of(schema), .arguments = types});
  if (!note_choice(choice, name, arguments, offset)) return std::nullopt;
  ask_all(arguments, choice);
  return call_value(choice, sources);
}

// False: no function fits, and no cast is meant.
bool Analysis::note_choice(const catalog::Choice& choice, std::span<const std::string_view> name,
                           const Seq<Value>& arguments, std::size_t offset) {
  if (choice.functions.empty() && choice.cast_target == 0) return false;
  note_call(CallUse::Kind::Function, joined(name), offset, choice.functions);
  note_call_oids(CallUse::Kind::Cast, joined(name), offset, choice.cast_functions);
  note_arguments(choice, arguments, offset);
  if (choice.cast_target != 0 && !arguments.empty()) {
    note_cast_volatility(arguments.front().type, choice.cast_target);
  }
  const bool is_cast_to_relation = choice.cast_target == catalog::kRegclass && !arguments.empty();
  if (is_cast_to_relation && arguments.front().text != nullptr) {
    note_named_relation(arguments.front().text, arguments.front().offset);
  }
  return true;
}

// The server reads each argument and writes the result, so their types' own code runs, too.
void Analysis::call_without_text(const catalog::Function& function) {
  const catalog::Function* candidates[] = {&function};
  note_call(CallUse::Kind::Function, std::string(function.name), 0, candidates);
  auto arguments = seq<Value>();
  for (const Oid type : function.arguments) {
    note_cast(catalog::kUnknown, type, 0);
    arguments.push_back({.type = type});
  }
  note_argument(function, arguments, 0);
  note_cast(function.result, catalog::kText, 0);
}

// Which setting current_setting() reads is told by its arguments.
void Analysis::note_constants(const FuncCall& node, std::size_t offset) {
  if (facts_.calls.empty() || facts_.calls.back().offset != offset) return;
  CallUse& noted = facts_.calls.back();
  const auto depends = [](const catalog::Function* function) {
    return function->decision == catalog::Decision::ByArgument;
  };
  if (!std::ranges::any_of(noted.candidates, depends)) return;
  for (int i = 0; i < list_length(node.args); ++i) {
    const void* argument = element(node.args, i);
    const bool is_text = IsA(argument, A_Const) && !as<A_Const>(argument).isnull &&
                         IsA(&as<A_Const>(argument).val, String);
    noted.constants.push_back(
        is_text ? std::optional<std::string>(as<A_Const>(argument).val.sval.sval) : std::nullopt);
  }
}

void Analysis::add_argument(Level& level, const void* node, Arguments& arguments) {
  const Value& value = arguments.values.emplace_back(expression(level, node));
  arguments.sources = join_sources(arguments.sources, value.sources);
  const bool is_named = IsA(node, NamedArgExpr);
  arguments.types.push_back({.type = value.type,
                             .name = is_named ? as<NamedArgExpr>(node).name : std::string_view{},
                             .is_parameter = value.is_parameter});
}

Analysis::Arguments Analysis::arguments_of(Level& level, const FuncCall& node) {
  const std::size_t offset = place(node.location);
  Arguments arguments{.values = seq<Value>(), .types = seq<catalog::Argument>()};
  for (int i = 0; i < list_length(node.args); ++i) {
    add_argument(level, element(node.args, i), arguments);
  }
  for (int i = 0; node.agg_within_group && i < list_length(node.agg_order); ++i) {
    const auto& sort = as<SortBy>(element(node.agg_order, i));
    add_argument(level, sort.node, arguments);
    note_ordering(arguments.types.back().type, offset);
    if (list_length(sort.useOp) > 0) operate(sort.useOp, Value{}, Value{}, offset);
  }
  if (!node.agg_within_group) sort_list(level, node.agg_order, nullptr);
  for (const auto& argument : arguments.types) {
    if (node.agg_distinct) note_ordering(argument.type, offset);
  }
  if (node.agg_filter != nullptr) {
    const Value condition = coerced(level, node.agg_filter, catalog::kBool);
    arguments.sources = join_sources(arguments.sources, condition.sources);
  }
  if (node.over != nullptr) window(level, *node.over);
  return arguments;
}

// Where no function fits: name(row) is row.name, or the type cannot be told.
Value Analysis::other_call(const FuncCall& node, std::span<const std::string_view> name,
                           const Arguments& arguments) {
  const Value rest{.sources = arguments.sources};
  const bool may_be_field = arguments.values.size() == 1 && name.size() == 1 && !node.agg_star &&
                            node.agg_order == nullptr && node.over == nullptr;
  if (may_be_field) {
    const Value& value = arguments.values.front();
    if (const auto column = column_of_row(value, name.back(), place(node.location))) return *column;
    const Row* row = row_of(value);
    for (std::size_t i = 0; row != nullptr && i < row->fields.size(); ++i) {
      const auto& field = row->fields[i];
      if (field.name != name.back() || value.item != nullptr) continue;
      return {.type = field.type, .row = field.row, .sources = arguments.sources};
    }
    const bool is_open = row != nullptr && row->is_open;
    if (is_open || value.type == kCannotTell || value.type == catalog::kRecord) return rest;
  }
  if (last_choice_.is_ambiguous) {
    unresolved("42725", "function " + joined(name) + " is not unique", place(node.location),
               "Could not choose a best candidate function. You might need to add explicit type "
               "casts.");
  }
  no_such_call(name, arguments.values, place(node.location));
  return rest;
}

Value Analysis::call(Level& level, const FuncCall& node) {
  const std::size_t offset = place(node.location);
  std::string_view parts[3];
  const int length = list_length(node.funcname);
  if (length > 3) {
    unresolved("42601", "improper qualified name (too many dotted names)", offset);
    return {};
  }
  for (int i = 0; i < length; ++i) parts[i] = strVal(element(node.funcname, i));
  std::span<const std::string_view> name(parts, static_cast<std::size_t>(length));
  if (length == 3) {
    if (parts[0] != snapshot_.database()) {
      unresolved("0A000", "cross-database references are not implemented: " + joined(name), offset);
    }
    name = name.subspan(1);
  }
  const Arguments arguments = arguments_of(level, node);
  const std::string_view schema = name.size() > 1 ? name.front() : std::string_view{};
  last_choice_ = catalog::choose_function(snapshot_, {.name = name.back(),
                                                      .path = path_of(schema),
                                                      .arguments = arguments.types,
                                                      .is_variadic = node.func_variadic,
                                                      .is_star = node.agg_star,
                                                      .is_ordered_set = node.agg_within_group});
  if (note_choice(last_choice_, name, arguments.values, offset)) {
    note_constants(node, offset);
    bound_call(level, node, last_choice_);
    const bool has_names = std::ranges::any_of(
        arguments.types, [](const catalog::Argument& each) { return !each.name.empty(); });
    if (!has_names) ask_all(arguments.values, last_choice_);
    const bool is_no_cast = last_choice_.functions.empty() && !arguments.values.empty() &&
                            arguments.values.front().type == last_choice_.cast_target;
    if (is_no_cast) return arguments.values.front();
    Value value = call_value(last_choice_, arguments.sources);
    value.is_told_name = names_owned_sequence(last_choice_, arguments.values);
    return value;
  }
  return other_call(node, name, arguments);
}

// FROM may hold anything that looks like a call: COALESCE and CAST too.
Value Analysis::call_in_from(Level& level, const void* node, catalog::Choice* choice) {
  last_choice_ = {};
  const Value value = expression(level, node);
  if (IsA(node, FuncCall)) *choice = std::move(last_choice_);
  last_choice_ = {};
  return value;
}

}  // namespace policy::resolver
