// SPDX-License-Identifier: Apache-2.0
// Texts built to exhaust stack or time. Each runs on a thread with 256 KiB of stack.
#include <gtest/gtest.h>
#include <pthread.h>

#include <chrono>
#include <functional>
#include <string>

#include "tests/unit/policy/questions.h"

namespace policy {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr std::size_t kStackBytes = 2 << 20;  // instrumented frames are several times larger
#else
constexpr std::size_t kStackBytes = 256 << 10;
#endif

void on_small_stack(std::function<void()> work) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackBytes);
  pthread_t thread;
  const auto run = [](void* argument) -> void* {
    (*static_cast<std::function<void()>*>(argument))();
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, &attributes, run, &work), 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

std::string chain(std::string_view prefix, std::string_view unit, std::size_t count) {
  std::string text(prefix);
  for (std::size_t i = 0; i < count; ++i) text += unit;
  return text;
}

void expect_refused(const std::string& sql) {
  on_small_stack([&sql] {
    Profile profile = profile_of(Mode::Permissive);
    profile.max_statement_bytes = 16 << 20;
    const auto start = std::chrono::steady_clock::now();
    const Verdict verdict = judge({.sql = sql, .parameter_types = {}, .profile = profile});
    const auto elapsed = std::chrono::steady_clock::now() - start;
    EXPECT_FALSE(verdict.allowed()) << sql.substr(0, 40);
    EXPECT_LT(elapsed, std::chrono::seconds(5)) << sql.substr(0, 40);
  });
}

TEST(Bombs, DeepChainsAreRefusedNotCrashedOn) {
  for (const std::string& sql :
       {chain("SELECT 1", "+1", 100000), chain("SELECT 1", " UNION SELECT 1", 100000),
        chain("SELECT 1", "::int", 100000), chain("SELECT ''", "||''", 100000),
        chain("SELECT 1 FROM t", " JOIN t ON true", 100000), chain("SELECT ", "- ", 100000) + "1",
        chain("SELECT ", "NOT ", 100000) + "true", chain("SELECT x", "[1]", 100000),
        chain("SELECT x", ".x", 100000), chain("SELECT ", "(SELECT ", 400) + chain("", ")", 400),
        chain("SELECT ", "CASE WHEN true THEN ", 5000),
        chain("SELECT 1 ", "COLLATE \"C\" ", 100000), chain("SELECT 1 ", "IS NULL ", 100000),
        chain("SELECT 1", " AT TIME ZONE 'x'", 100000)}) {
    expect_refused(sql);
  }
}

TEST(Bombs, SlowLexingIsRefusedBeforeTheLexer) {
  for (const std::string& sql :
       {chain("SELECT 1 ", "/*", 100000), chain("SELECT 1 ", "+", 100000),
        chain("SELECT 1 ", "/**/", 100000), chain("SELECT 1 /* ", "/**/", 100000) + "*/",
        chain("SELECT 1 ", "@-/**/", 100000), chain("SELECT 1 ", "(", 100000)}) {
    expect_refused(sql);
  }
}

TEST(Bombs, ChainsOfGeneratedSqlPass) {
  on_small_stack([] {
    EXPECT_TRUE(runs(Mode::ReadOnly, chain("SELECT 1", " UNION ALL SELECT 1", 900)));
    EXPECT_TRUE(runs(Mode::ReadOnly, chain("SELECT ''", "||'x'", 900)));
    EXPECT_TRUE(runs(Mode::ReadOnly, chain("SELECT 1 FROM t WHERE a = 1", " OR a = 2", 20000)));
    EXPECT_TRUE(runs(Mode::Balanced, chain("INSERT INTO t VALUES (1)", ",(1)", 20000)));
  });
}

}  // namespace
}  // namespace policy
