// SPDX-License-Identifier: Apache-2.0
#include "policy/judge.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

#include "policy/changed_schema.h"
#include "policy/enforcement.h"
#include "policy/facts.h"
#include "policy/guc.h"
#include "policy/modes.h"
#include "policy/plan_need.h"
#include "policy/reader/reader.h"
#include "policy/refusals.h"
#include "policy/resolver/resolver.h"
#include "policy/rewrite/rewrite.h"
#include "policy/rules/hidden_quotes.h"
#include "policy/rules/rule.h"
#include "policy/text_scan.h"

namespace policy {
namespace {

// Of one statement. A text can hold thousands of distinct ones.
constexpr std::size_t kViolationsMax = 20;

std::optional<Violation> judge_part(const StatementPart& part, const Profile& profile) {
  return part.planned_only ? judge_planned(part.statement_class, profile)
                           : judge_class(part.statement_class, profile);
}

std::optional<Violation> judge_use(const SettingUse& use, const Profile& profile) {
  switch (use.action) {
    case SettingUse::Action::Assign: return judge_setting(use.name, use.value, profile);
    case SettingUse::Action::Reset: return judge_reset(use.name, profile);
    case SettingUse::Action::ResetAll:
      return std::nullopt;  // pins are start-up values: they return
    case SettingUse::Action::Opaque: return opaque_setting(use.name);
    case SettingUse::Action::Scoped: return judge_scoped_setting(use.name);
  }
  return opaque_setting(use.name);
}

std::optional<Violation> judge_name(const Effect& effect) {
  if (effect.name != kReservedName && effect.name != kPlanName) return std::nullopt;
  return Violation{.check = Check::Statement,
                   .code = ErrorCode::BadRequest,
                   .resource = effect.name,
                   .rule = "reserved",
                   .message = "name \"" + effect.name + "\" is reserved",
                   .hint = "Use another name."};
}

// Offsets to characters, counted on from the statement at hand: a script of many refused statements
// is counted through once.
class Positions {
 public:
  explicit Positions(std::string_view sql) : sql_(sql) {}

  void begin_statement(std::size_t offset) {
    character_ += character_at(sql_.substr(offset_), offset - offset_) - 1;
    offset_ = offset;
  }
  std::size_t at(std::size_t offset) const {
    if (offset < offset_) return character_at(sql_, offset);
    return character_ + character_at(sql_.substr(offset_), offset - offset_) - 1;
  }

 private:
  std::string_view sql_;
  std::size_t offset_ = 0;
  std::size_t character_ = 1;
};

// The violations of one statement: each told once, and the first few only.
class Findings {
 public:
  explicit Findings(const Positions& positions, std::vector<Violation> before = {})
      : positions_(positions), violations_(std::move(before)) {}

  bool full() const { return violations_.size() >= kViolationsMax; }
  void add(std::optional<Violation> violation, std::size_t offset) {
    if (!violation || full()) return;
    const auto says_the_same = [&](const Violation& other) {
      return other.message == violation->message;
    };
    if (std::ranges::any_of(violations_, says_the_same)) return;
    violation->position = positions_.at(offset);
    violations_.push_back(*std::move(violation));
  }
  std::vector<Violation> take() { return std::move(violations_); }

 private:
  const Positions& positions_;
  std::vector<Violation> violations_;
};

std::vector<Violation> judge_facts(const StatementFacts& facts, const Profile& profile,
                                   const Positions& positions) {
  Findings findings(positions);
  for (const auto& part : facts.parts) {
    if (findings.full()) break;
    findings.add(judge_part(part, profile), part.offset);
  }
  for (const auto& use : facts.settings) {
    if (findings.full()) break;
    findings.add(judge_use(use, profile), use.offset);
  }
  findings.add(judge_name(facts.effect), facts.offset);
  return findings.take();
}

ResolveInput input_of(const Question& question, const StatementFacts& read) {
  const Access& access = *question.profile.access;
  return {.snapshot = access.snapshot(),
          .search_path = access.search_path(),
          .parameter_types = question.parameter_types,
          .parameter_uses = read.parameter_uses,
          .parameter_names = question.parameter_names,
          .function_name = question.function_name,
          .is_bounded = question.profile.plan.has_value()};
}

// What the statement does to the database, by the rules of the profile's access policy.
void judge_access(const void* node, const StatementFacts& read, const Question& question,
                  const Positions& positions, StatementVerdict& verdict) {
  const auto& access = question.profile.access;
  if (access == nullptr) return;
  auto facts = std::make_shared<const Facts>(resolve(node, input_of(question, read)));
  auto finds = rules::check({.facts = *facts, .access = *access, .profile = question.profile});
  verdict.may_quote_hidden = rules::may_quote_hidden(verdict.statement_class, *facts, *access);
  verdict.facts = std::move(facts);
  if (finds.empty()) return;
  // Those that are only told must not take the room of those that refuse.
  if (question.profile.enforcement == Enforcement::Warn) {
    std::ranges::stable_partition(
        finds, [](const rules::Found& found) { return is_always_enforced(found.violation); });
  }
  Findings findings(positions, std::move(verdict.violations));
  for (auto& found : finds) findings.add(std::move(found.violation), found.offset);
  verdict.violations = findings.take();
}

// EXPLAIN runs nothing, EXPLAIN ANALYZE and COPY what they hold.
bool runs_inside(const StatementFacts& facts) {
  return std::ranges::any_of(facts.parts, [](const StatementPart& part) {
    return part.statement_class != StatementClass::Explain && !part.planned_only;
  });
}

StatementVerdict verdict_on(StatementFacts facts, const void* node, const Question& question,
                            const Positions& positions) {
  StatementVerdict verdict{.statement_class = facts.statement_class,
                           .offset = facts.offset,
                           .bytes = facts.bytes,
                           .fingerprint = facts.fingerprint};
  verdict.violations = judge_facts(facts, question.profile, positions);
  judge_access(node, facts, question, positions, verdict);
  set_plan_need(question.sql, question.profile, runs_inside(facts), verdict);
  verdict.effect = std::move(facts.effect);
  return verdict;
}

// A number may be the OID of what a system relation or a regclass is asked for.
bool has_only_user_relations(const Facts& facts) {
  const auto is_users = [](const RelationUse& use) {
    return use.relation != nullptr && use.relation->oid >= catalog::kFirstUserOid;
  };
  return facts.named_relations.empty() && std::ranges::all_of(facts.relations, is_users);
}

// Refusals and warnings quote and place; what changes the session is not only computed with.
bool ignores_inert_literals(const StatementVerdict& verdict) {
  return verdict.allowed() && verdict.warnings.empty() &&
         reads_or_writes_rows(verdict.statement_class) &&
         verdict.effect.kind == Effect::Kind::None &&
         (verdict.facts == nullptr ||
          (has_only_user_relations(*verdict.facts) && !verdict.facts->built.is_computed));
}

// No catalog shows what earlier statements of the text make of the schema.
void refuse_behind_ddl(const Question& question, Verdict& verdict) {
  if (question.profile.access == nullptr) return;
  bool is_changed = false;
  for (StatementVerdict& statement : verdict.statements) {
    if (is_changed && statement.allowed() && uses_catalog(statement)) {
      statement.violations.push_back(changed_schema());
      statement.violations.back().position = character_at(question.sql, statement.offset);
    }
    is_changed = is_changed || changes_catalog(statement.statement_class);
  }
}

Verdict judge_once(const Question& question) {
  Verdict verdict{.access = question.profile.access, .epoch = question.profile.epoch};
  const TextLimits limits{.bytes_max = question.profile.max_statement_bytes,
                          .server_major = question.server_major};
  if (const auto fault = scan_text(question.sql, limits)) {
    verdict.unreadable.push_back(refusal_of(*fault, question));
    return verdict;
  }
  const ParsedText text(question.sql);
  auto facts = text.read();
  if (!facts) {
    verdict.unreadable.push_back(refusal_of(facts.error()));
    return verdict;
  }
  verdict.statements.reserve(facts->size());
  if (facts->size() == 1) verdict.inert_literals = facts->front().inert_literals;
  Positions positions(question.sql);
  for (std::size_t i = 0; i < facts->size(); ++i) {
    positions.begin_statement((*facts)[i].offset);
    verdict.statements.push_back(
        verdict_on(std::move((*facts)[i]), text.statement(i), question, positions));
  }
  refuse_behind_ddl(question, verdict);
  if (!std::ranges::all_of(verdict.statements, ignores_inert_literals)) {
    verdict.inert_literals.clear();
  }
  return verdict;
}

// True where a rewrite could help: columns are all that is refused.
bool is_rewritable(const Verdict& verdict, const Profile& profile) {
  if (profile.access == nullptr || verdict.allowed() || !verdict.unreadable.empty()) return false;
  const auto& rules = profile.access->policy().columns;
  if (rules.on_denied == OnDenied::Reject && rules.select_star_policy == SelectStar::Reject) {
    return false;
  }
  const auto is_column = [](const Violation& violation) {
    return violation.check == Check::Column;
  };
  return std::ranges::all_of(verdict.statements, [&](const StatementVerdict& statement) {
    return std::ranges::all_of(statement.violations, is_column);
  });
}

// The facts of a text's statements, with what a rewrite needs beyond them.
std::vector<Facts> shapes_of(std::string_view sql, const Question& question) {
  std::vector<Facts> shapes;
  const ParsedText text(sql);
  const auto read = text.read();
  for (std::size_t i = 0; read && i < read->size(); ++i) {
    ResolveInput input = input_of(question, (*read)[i]);
    input.is_rewritten = true;
    shapes.push_back(resolve(text.statement(i), input));
  }
  return shapes;
}

void tell_obstacle(Verdict& verdict, const std::string& construct) {
  for (auto& statement : verdict.statements) {
    for (auto& violation : statement.violations) {
      if (!violation.hint.empty()) violation.hint += " ";
      violation.hint += "It could not be rewritten because of " + construct + ".";
    }
  }
}

std::vector<Replacement> replacements_of(const std::vector<Splice>& splices) {
  std::vector<Replacement> replacements;
  replacements.reserve(splices.size());
  for (const auto& splice : splices) {
    replacements.push_back(
        {.offset = splice.offset, .bytes = splice.bytes, .put_bytes = splice.text.size()});
  }
  return replacements;
}

// The text without what may not be read, where that is asked for and changes nothing else.
void rewrite_text(const Question& question, Verdict& verdict) {
  const Access& access = *question.profile.access;
  std::vector<Splice> splices;
  const auto shapes = shapes_of(question.sql, question);
  for (const auto& shape : shapes) {
    const auto own = rewrite(question.sql, shape, access);
    if (!own) return tell_obstacle(verdict, own.error());
    splices.insert(splices.end(), own->begin(), own->end());
  }
  if (splices.empty()) return;
  std::string text = splice_text(question.sql, splices);
  Question again = question;
  again.sql = text;
  const Verdict second = judge_once(again);
  const bool is_same_size = second.statements.size() == verdict.statements.size();
  if (!second.allowed() || !is_same_size) {
    const Violation* why = second.refusal();
    return tell_obstacle(verdict, why == nullptr ? "its shape" : "this: " + why->message);
  }
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    if (!means_the_same(shapes[i], *second.statements[i].facts, access)) {
      return tell_obstacle(verdict, "a name that would come to mean another column");
    }
  }
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    verdict.statements[i].violations.clear();
    verdict.statements[i].facts = second.statements[i].facts;
  }
  verdict.rewritten = std::move(text);
  verdict.replacements = replacements_of(splices);
}

Verdict judge_text(const Question& question) {
  Verdict verdict = judge_once(question);
  confirm_planned(question.sql, verdict);
  if (question.profile.enforcement == Enforcement::Warn) {
    warn_only(verdict);
    return verdict;
  }
  if (is_rewritable(verdict, question.profile)) rewrite_text(question, verdict);
  return verdict;
}

// Made before memory can be short.
const Violation kOutOfMemory = refusal_of(ReadFailure{.kind = ReadFailure::Kind::OutOfMemory});

}  // namespace

bool Verdict::allowed() const { return refusal() == nullptr; }

const Violation* Verdict::refusal() const {
  if (out_of_memory) return &kOutOfMemory;
  if (!unreadable.empty()) return &unreadable.front();
  for (const auto& statement : statements) {
    if (!statement.allowed()) return &statement.violations.front();
  }
  return nullptr;
}

Verdict judge(const Question& question) {
  try {
    return judge_text(question);
  } catch (const std::exception&) {
    return {.epoch = question.profile.epoch, .out_of_memory = true};
  }
}

}  // namespace policy
