// SPDX-License-Identifier: Apache-2.0
// Servers behind TLS: libpq's session is handed over with its socket.
#include <csignal>

#include "tests/unit/gateway/upstream/pool_fixture.h"

namespace gateway::upstream {
namespace {

class TlsServerTest : public PoolTest {
 protected:
  // Made by the server itself, in its data directory, as the user that has to own the key.
  static void SetUpTestSuite() {
    cluster().query(
        "COPY (SELECT 1) TO PROGRAM 'openssl req -new -x509 -days 2 -nodes -subj /CN=localhost"
        " -addext subjectAltName=DNS:localhost -newkey ec -pkeyopt ec_paramgen_curve:P-256"
        " -keyout server.key -out server.crt 2>/dev/null && chmod 600 server.key"
        " && chmod 755 .. && cp server.crt ../root.crt && chmod 644 ../root.crt'");
    cluster().query("ALTER SYSTEM SET ssl = on");
    cluster().query("SELECT pg_reload_conf()");
  }
  static void TearDownTestSuite() {
    cluster().query("ALTER SYSTEM RESET ssl");
    cluster().query("SELECT pg_reload_conf()");
  }
  static PoolSettings with_tls() {
    auto with = settings();
    with.connection[0].second = "localhost";
    with.connection.emplace_back("sslmode", "verify-full");
    with.connection.emplace_back("sslrootcert", cluster().socket_directory() + "/root.crt");
    return with;
  }
  // The postmaster reloads when it gets to it.
  std::unique_ptr<Server> take_when_reloaded() {
    std::unique_ptr<Server> server;
    for (int attempts = 0; !server && attempts < 100; ++attempts) {
      Request& asked = request();
      if (!run_until([&] { return asked.calls == 1; })) return nullptr;
      server = std::move(asked.server);
      if (server || asked.failure->detail.find("SSL") == std::string::npos) break;
    }
    return server;
  }
};

TEST_F(TlsServerTest, VerifiesTheHostNameAndMovesLargeMessages) {
  make(with_tls());
  auto server = take_when_reloaded();
  ASSERT_TRUE(server) << pool->last_error();
  EXPECT_EQ(ask(*server, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"), "t");
  EXPECT_EQ(ask(*server, "SELECT repeat('x', 5000000)").size(), 5'000'000U);
  EXPECT_EQ(ask(*server, "SELECT length('" + std::string(5'000'000, 'y') + "')"), "5000000");
  const auto id = server->id();
  put_back(std::move(server));
  server = take();
  EXPECT_EQ(server->id(), id);
}

TEST_F(TlsServerTest, CancelsAndNoticesTheEnd) {
  make(with_tls());
  auto server = take_when_reloaded();
  ASSERT_TRUE(server) << pool->last_error();
  Script sleeping(*server, "SELECT pg_sleep(600)");
  const auto process = std::to_string(server->process_id());
  ASSERT_TRUE(run_until([&] {
    runner.loop.wake();
    return cluster().query(
               "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
               " AND pid = " +
               process) == "1";
  }));
  pool->cancel(*server, [] {});
  ASSERT_TRUE(run_until([&] { return sleeping.is_ready(); }));
  EXPECT_EQ(sleeping.sqlstate(), "57014");
  cluster().query("SELECT pg_terminate_backend(" + process + ", 10000)");
  EXPECT_TRUE(run_until([&] { return sleeping.ended(); }));
}

TEST_F(TlsServerTest, RefusesACertificateOfAnotherName) {
  make(with_tls());
  ASSERT_TRUE(take_when_reloaded());
  auto with = with_tls();
  with.connection[0].second = "127.0.0.1";
  make(std::move(with));
  Request& asked = request();
  ASSERT_TRUE(run_until([&] { return asked.calls == 1; }));
  ASSERT_TRUE(asked.failure);
  EXPECT_NE(asked.failure->detail.find("certificate"), std::string::npos) << asked.failure->detail;
}

}  // namespace
}  // namespace gateway::upstream
