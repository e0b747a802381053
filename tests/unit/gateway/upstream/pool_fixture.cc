// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/gateway/upstream/pool_fixture.h"

namespace gateway::upstream {
namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

void Script::on_read(std::string_view bytes) noexcept {
  reply_ += bytes;
  for (;;) {
    const auto header = pgwire::read_header(reply_);
    if (!header || !*header || reply_.size() < (*header)->frame_bytes()) return;
    const auto body = std::string_view(reply_).substr(pgwire::kHeaderBytes, (*header)->body_bytes);
    const char type = (*header)->type;
    if (type == pgwire::backend::kDataRow) {
      value_ = body.substr(6, pgwire::read_uint32(body.data() + 2));
    } else if (type == pgwire::backend::kErrorResponse) {
      sqlstate_ = pgwire::read_error_front(body).sqlstate;
    } else if (type == pgwire::backend::kReadyForQuery) {
      ready_ = true;
    }
    reply_.erase(0, (*header)->frame_bytes());
  }
}

PoolSettings PoolTest::settings() {
  PoolSettings settings;
  settings.name = "test";
  settings.connection = {{"host", cluster().socket_directory()},
                         {"port", std::to_string(cluster().port())},
                         {"user", "postgres"},
                         {"dbname", "postgres"}};
  return settings;
}

Request& PoolTest::request() {
  Request& asked = requests.emplace_back();
  asked.ticket = pool->acquire(
      [&asked](std::unique_ptr<Server> server) {
        ++asked.calls;
        asked.server = std::move(server);
      },
      [&asked](PoolFailure failure) {
        ++asked.calls;
        asked.failure = std::move(failure);
      });
  EXPECT_EQ(asked.calls, 0) << "called from inside acquire()";
  return asked;
}

std::unique_ptr<Server> PoolTest::take() {
  Request& asked = request();
  EXPECT_TRUE(run_until([&] { return asked.calls > 0; }));
  if (asked.failure) ADD_FAILURE() << asked.failure->detail;
  return std::move(asked.server);
}

std::string PoolTest::ask(Server& server, std::string_view sql) {
  Script script(server, sql);
  EXPECT_TRUE(run_until([&] { return script.is_ready(); })) << sql;
  return script.sqlstate().empty() ? script.value() : "error " + script.sqlstate();
}

bool PoolTest::comes_to_answer(Server& server, std::string_view sql, std::string_view value) {
  const auto limit = Clock::now() + tests::kConditionTimeout;
  while (ask(server, sql) != value) {
    if (Clock::now() > limit) return false;
  }
  return true;
}

void PoolTest::put_back(std::unique_ptr<Server> server) {
  pool->reset(std::move(server));
  EXPECT_TRUE(run_until([&] { return pool->counts().resetting == 0; }));
}

}  // namespace gateway::upstream
