// SPDX-License-Identifier: Apache-2.0
#include "policy/reader/node_class.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "policy/reader/reader.h"

namespace policy {
namespace {

struct Tag {
  std::string name;
  int number;
};

// Lines of nodetags.h read "	T_SelectStmt = 139,".
std::vector<Tag> node_tags() {
  std::vector<Tag> tags;
  std::ifstream header(POSTERN_NODETAGS);
  for (std::string word, equals, number; header >> word;) {
    if (!word.starts_with("T_") || !(header >> equals >> number)) continue;
    tags.push_back({word.substr(2), std::stoi(number)});
  }
  return tags;
}

bool is_statement(const std::string& name) {
  return name.ends_with("Stmt") || name == "Query" || name == "InlineCodeBlock" ||
         name == "CallContext";
}

TEST(NodeClass, EveryStatementNodeOfTheGrammarHasAClass) {
  int seen = 0;
  for (const Tag& tag : node_tags()) {
    if (!is_statement(tag.name)) continue;
    ++seen;
    EXPECT_TRUE(class_of_tag(tag.number)) << "T_" << tag.name << " has no row in node_class.def";
  }
  EXPECT_GE(seen, 120) << "nodetags.h was not read";
}

TEST(NodeClass, ReplicationCommandsAreNoStatementsOfOurs) {
  for (const Tag& tag : node_tags()) {
    if (tag.name.ends_with("Cmd") && tag.name != "AlterTableCmd") {
      EXPECT_FALSE(class_of_tag(tag.number)) << tag.name;
    }
  }
}

// Classes that no text produces would be dead rows: each is reached by a statement of modes_test.cc
// or these, but for those of nodes inside others.
TEST(NodeClass, TheTreeRefinesTheTag) {
  for (const auto& [sql, wanted] : std::initializer_list<std::pair<const char*, StatementClass>>{
           {"COPY t TO STDOUT", StatementClass::CopyTo},
           {"COPY t FROM STDIN", StatementClass::CopyFrom},
           {"COPY t FROM '/x'", StatementClass::CopyFile},
           {"COPY t FROM PROGRAM 'x'", StatementClass::CopyProgram},
           {"SELECT 1 INTO t", StatementClass::SelectInto},
           {"CREATE TABLE t AS SELECT 1", StatementClass::CreateTableAs},
           {"CREATE MATERIALIZED VIEW t AS SELECT 1", StatementClass::CreateMaterializedView},
           {"VACUUM", StatementClass::Vacuum},
           {"ANALYZE", StatementClass::Analyze},
           {"FETCH c", StatementClass::Fetch},
           {"MOVE c", StatementClass::Move},
           {"SET a = 1", StatementClass::Set},
           {"RESET a", StatementClass::Reset},
           {"DROP TABLE t", StatementClass::Drop},
           {"DROP FOREIGN TABLE t", StatementClass::ForeignServer},
           {"ALTER SERVER s RENAME TO t", StatementClass::ForeignServer},
           {"ALTER ROLE s RENAME TO t", StatementClass::Role},
           {"ALTER TABLE s RENAME TO t", StatementClass::Rename},
           {"SAVEPOINT s", StatementClass::Savepoint},
           {"PREPARE TRANSACTION 's'", StatementClass::TwoPhase}}) {
    const auto facts = read(sql);
    ASSERT_TRUE(facts) << sql;
    EXPECT_EQ(facts->at(0).statement_class, wanted) << sql;
  }
}

}  // namespace
}  // namespace policy
