// SPDX-License-Identifier: Apache-2.0
#include "tests/support/verdict_text.h"

#include <sstream>

#include "policy/facts.h"

namespace support {
namespace {

using policy::Facts;

void tell(std::ostream& out, const policy::Violation& violation) {
  out << "  because " << name(violation.check) << ' ' << violation.resource << ' ' << violation.rule
      << ' ' << violation.message << ' ' << violation.hint << ' ' << violation.position << '\n';
}

void tell(std::ostream& out, const policy::RelationUse& use) {
  out << "  relation " << (use.relation == nullptr ? 0 : use.relation->oid) << '@' << use.offset
      << ' ' << use.is_read << use.is_inserted << use.is_updated << use.is_deleted << use.is_locked
      << use.is_defined << use.has_where << use.has_alias << use.is_grouped << int{use.name_parts};
  for (const auto& column : use.columns) {
    out << ' ' << column.column << '/' << static_cast<int>(column.how) << '@' << column.offset;
  }
  if (use.chosen) out << " chosen " << use.chosen->column;
  if (use.chosen) {
    for (const auto& value : use.chosen->values) out << '=' << value;
  }
  out << '\n';
}

void tell(std::ostream& out, const policy::CallUse& call) {
  out << "  call " << static_cast<int>(call.kind) << ' ' << call.name << '@' << call.offset;
  for (const auto* candidate : call.candidates) out << ' ' << candidate->oid;
  for (const auto& constant : call.constants) out << " '" << constant.value_or("?") << '\'';
  out << '\n';
}

void tell_keys(std::ostream& out, const std::vector<policy::catalog::ColumnKey>& keys) {
  for (const auto& key : keys) out << ' ' << key.relation << '.' << key.column;
}

void tell(std::ostream& out, const Facts& facts) {
  for (const auto& use : facts.relations) tell(out, use);
  for (const auto& call : facts.calls) tell(out, call);
  for (const auto& named : facts.named_relations) {
    out << "  named " << named.relation->oid << '@' << named.offset << '\n';
  }
  for (const auto& schema : facts.named_schemas) out << "  schema " << schema.name << '\n';
  for (const auto offset : facts.computed_sequences) out << "  sequence @" << offset << '\n';
  for (const auto& setting : facts.settings_read) out << "  setting " << setting.name << '\n';
  for (const auto& output : facts.outputs) {
    out << "  output " << output.name << ' ' << output.type << ' ' << output.relation << '.'
        << output.column;
    tell_keys(out, output.sources);
    out << '\n';
  }
  out << "  filters";
  tell_keys(out, facts.filters);
  out << '\n';
  if (facts.unresolved) out << "  unresolved " << facts.unresolved->message << '\n';
  if (facts.uncertain) out << "  uncertain " << facts.uncertain->construct << '\n';
}

void tell(std::ostream& out, const policy::StatementVerdict& statement) {
  out << name(statement.statement_class) << ' ' << statement.offset << '+' << statement.bytes << ' '
      << statement.fingerprint << ' ' << static_cast<int>(statement.effect.kind) << ' '
      << statement.effect.name << statement.effect.holdable << statement.may_quote_hidden << '\n';
  for (const auto& violation : statement.violations) tell(out, violation);
  for (const auto& violation : statement.warnings) tell(out << " warning", violation);
  if (statement.facts != nullptr) tell(out, *statement.facts);
}

}  // namespace

std::string text_of(const policy::Verdict& verdict) {
  std::ostringstream out;
  for (const auto& statement : verdict.statements) tell(out, statement);
  for (const auto& violation : verdict.unreadable) tell(out, violation);
  out << verdict.rewritten << verdict.epoch << verdict.out_of_memory << '\n';
  for (const auto& part : verdict.replacements) {
    out << part.offset << '+' << part.bytes << '>' << part.put_bytes << '\n';
  }
  return out.str();
}

}  // namespace support
