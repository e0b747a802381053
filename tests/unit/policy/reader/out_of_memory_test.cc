// SPDX-License-Identifier: Apache-2.0
// The n-th allocation fails, for every n: the verdict is a refusal or the right one, never a crash,
// an exit or a leak. malloc is wrapped at link time, so that libpg_query's own calls fail, too.
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <new>
#include <string>
#include <thread>

#include "policy/judge.h"
#include "policy/reader/reader.h"

namespace {
thread_local long countdown = -1;  // -1: never fail
thread_local bool failed = false;
thread_local bool goes_on_failing = false;
thread_local bool large_fails = false;

bool fails() {
  if (countdown < 0) return false;
  if (countdown > 0) {
    --countdown;
    return false;
  }
  failed = true;
  if (!goes_on_failing) countdown = -1;
  return true;
}
}  // namespace

extern "C" {
void* __real_malloc(std::size_t size);
void* __real_realloc(void* memory, std::size_t size);
void* __real_calloc(std::size_t count, std::size_t size);
void* __wrap_malloc(std::size_t size) {
  if (large_fails && size >= (64 << 10)) return nullptr;
  return fails() ? nullptr : __real_malloc(size);
}
void* __wrap_realloc(void* memory, std::size_t size) {
  return fails() ? nullptr : __real_realloc(memory, size);
}
void* __wrap_calloc(std::size_t count, std::size_t size) {
  return fails() ? nullptr : __real_calloc(count, size);
}
}

[[gnu::noinline]] void* operator new(std::size_t size) {
  if (void* memory = __wrap_malloc(size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace policy {
namespace {

// Fails the allocations from the n-th on until none is left to fail; returns how many there were.
int fail_each(const std::string& sql, bool keep_failing) {
  Profile profile;
  int failures = 0;
  for (long n = 0;; ++n) {
    countdown = n;
    failed = false;
    goes_on_failing = keep_failing;
    const Verdict verdict = judge({.sql = sql, .parameter_types = {}, .profile = profile});
    countdown = -1;
    if (!failed) return failures;
    ++failures;
    EXPECT_NE(verdict.refusal(), nullptr) << "allocation " << n;
    if (verdict.refusal() != nullptr) {
      EXPECT_EQ(verdict.refusal()->code, ErrorCode::InternalError);
    }
  }
}

std::string long_select() {
  std::string sql = "SELECT 1";
  for (int i = 0; i < 3000; ++i) sql += ", a" + std::to_string(i) + " + 1";
  return sql;
}

// libpg_query sets a thread up at its first parse, and exits the process when that fails; a probe
// sees to it that it does not come to that (raw_parse.c). Every test but the first begins behind
// it.
void on_used_thread(const std::function<void()>& work) {
  std::thread([&work] {
    ASSERT_TRUE(read("SELECT 1"));
    work();
  }).join();
}

TEST(OutOfMemory, KeepsAThreadFromItsFirstUse) {
  std::thread([] {
    Profile profile;
    const Question question{.sql = "SELECT 1", .parameter_types = {}, .profile = profile};
    large_fails = true;
    const Verdict refused = judge(question);
    large_fails = false;
    ASSERT_NE(refused.refusal(), nullptr);
    EXPECT_EQ(refused.refusal()->code, ErrorCode::InternalError);
    EXPECT_TRUE(judge(question).allowed());
  }).join();
}

TEST(OutOfMemory, EndsAsARefusalWhereverItStrikes) {
  for (const bool keep_failing : {false, true}) {
    on_used_thread([keep_failing] { EXPECT_GT(fail_each(long_select(), keep_failing), 5); });
  }
}

TEST(OutOfMemory, StrikesWhileASyntaxErrorIsTold) {
  on_used_thread([] {
    const std::string sql = long_select() + " FROM FROM";
    const Profile profile;
    for (long n = 0; n < 40; ++n) {
      countdown = n;
      goes_on_failing = true;
      const Verdict verdict = judge({.sql = sql, .parameter_types = {}, .profile = profile});
      countdown = -1;
      EXPECT_FALSE(verdict.allowed());
    }
  });
}

TEST(OutOfMemory, PassesWithoutTrace) {
  on_used_thread([] {
    (void)fail_each(long_select(), false);
    EXPECT_TRUE(read("SELECT 1"));
    const auto wrong = read("SELECT (");
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().message, "syntax error at end of input");
  });
}

}  // namespace
}  // namespace policy
