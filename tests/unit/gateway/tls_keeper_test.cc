// SPDX-License-Identifier: Apache-2.0
// The keeper looks when a test says so. What it reads on its thread counts only once the loop runs.
#include "gateway/tls_keeper.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "tests/support/loop_runner.h"
#include "tests/support/made_certificates.h"

namespace gateway {
namespace {

using Phase = TlsKeeper::Phase;
using session::Encryption;
using telemetry::ReloadResult;
using Lines = std::vector<std::string>;

constexpr std::chrono::hours kNeverByItself{1};

// Meanwhile no file can be opened, though any can be looked at.
class NoDescriptors {
 public:
  NoDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit none = before_;
    none.rlim_cur = 0;
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;

 private:
  rlimit before_{};
};

class TlsKeeperTest : public ::testing::Test {
 protected:
  // Renamed into place, as renewals do: another inode, whatever the clock says.
  template <typename Write>
  std::string put(const std::string& name, Write write) {
    std::filesystem::rename(write(name + ".new"), folder.path(name));
    return folder.path(name);
  }
  std::string put_certificate(const std::string& name, const tests::Made& made) {
    return put(name, [&](const auto& file) { return folder.write_certificate(file, made); });
  }
  std::string put_key(const std::string& name, const tests::Made& made) {
    return put(name, [&](const auto& file) { return folder.write_key(file, made); });
  }
  config::Tls put_pair(const std::string& name, const std::string& subject) {
    const tests::Made made = tests::make_certificate(subject);
    return {.mode = config::TlsMode::Require,
            .cert = put_certificate(name + ".crt", made),
            .key = put_key(name + ".key", made)};
  }

  static LoadedTls loaded(const config::Tls& tls) {
    auto loaded = load_tls(tls);
    EXPECT_TRUE(loaded.has_value()) << text_of(loaded.error());
    return loaded ? std::move(*loaded) : LoadedTls{};
  }
  void keep(const config::Tls& tls, std::chrono::milliseconds every = kNeverByItself) {
    keeper.emplace(TlsKeeper::Surroundings{runner.loop, notes}, tls, loaded(tls), every);
  }

  // A whole look, with what follows from it.
  void look() {
    keeper->look();
    finish();
  }
  void finish() {
    ASSERT_TRUE(runner.run_until([this] { return keeper->phase() == Phase::Idle; }));
  }
  // What is begun cannot end before the loop runs again. For Loading the files have changed.
  void begin(Phase phase) {
    if (phase == Phase::Loading) look();
    keeper->look();
    ASSERT_EQ(keeper->phase(), Phase::Looking);
    if (phase == Phase::Looking) return;
    ASSERT_TRUE(runner.run_until([&] { return keeper->phase() == phase; }));
  }

  std::string subject() const {
    const auto& acceptor = keeper->tls().acceptor;
    return acceptor == nullptr ? "none" : acceptor->subject();
  }
  // "ok: …" or "failed: …", as the audit has it; the metrics count the same.
  Lines said() {
    EXPECT_TRUE(audit->flush());
    Lines said;
    std::array<std::uint64_t, 2> counts{};
    std::ifstream records(folder.path("audit"));
    for (std::string line; std::getline(records, line);) {
      const auto record = nlohmann::json::parse(line);
      if (record.value("event_type", "") != "config_reloaded") continue;
      const auto& result = record["result"];
      const std::string status = result["status"];
      said.push_back(status + ": " + result.value("detail", ""));
      ++counts[status == "ok" ? 0 : 1];
    }
    EXPECT_EQ(metrics.config_reloads[ReloadResult::Ok], counts[0]);
    EXPECT_EQ(metrics.config_reloads[ReloadResult::Failed], counts[1]);
    return said;
  }
  std::string last_said() {
    const Lines all = said();
    return all.empty() ? "nothing" : all.back();
  }

  // What was begun on the old files neither counts nor hides the new ones.
  void reload_during(Phase phase) {
    const config::Tls old = put_pair("old", "before");
    keep(old);
    put_pair("old", "after");
    begin(phase);
    config::Tls other = put_pair("other", "other");
    other.mode = config::TlsMode::Allow;
    keeper->use(other, loaded(other));
    finish();
    EXPECT_EQ(subject(), "other");
    EXPECT_EQ(keeper->tls().encryption, Encryption::Allowed);

    put_pair("old", "later");
    for (int i = 0; i < 3; ++i) look();
    EXPECT_EQ(subject(), "other");
    EXPECT_EQ(said(), Lines());
    put_pair("other", "renewed");
    for (int i = 0; i < 2; ++i) look();
    EXPECT_EQ(subject(), "renewed");
    EXPECT_EQ(keeper->tls().encryption, Encryption::Allowed);
  }

  tests::LoopRunner runner;
  tests::Folder folder;
  std::unique_ptr<audit::Log> audit = std::move(*audit::Log::open(
      {.file_path = folder.path("audit")}, [] { return std::chrono::microseconds(1); }));
  telemetry::LoopMetrics metrics{telemetry::MetricNames{}};
  ReloadNotes notes{runner.loop, *audit, metrics};
  std::optional<TlsKeeper> keeper;
};

TEST_F(TlsKeeperTest, TakesANewPairOnceItStoodStillForALook) {
  keep(put_pair("own", "before"));
  for (int i = 0; i < 3; ++i) look();
  put_pair("own", "after");
  look();
  EXPECT_EQ(subject(), "before");
  EXPECT_EQ(said(), Lines());
  look();
  EXPECT_EQ(subject(), "after");
  EXPECT_EQ(keeper->tls().encryption, Encryption::Required);
  for (int i = 0; i < 3; ++i) look();
  ASSERT_EQ(said().size(), 1U);
  EXPECT_TRUE(last_said().starts_with("ok: listen.tls: certificate of after, valid until 20"))
      << last_said();
}

TEST_F(TlsKeeperTest, LooksByItself) {
  keep(put_pair("own", "before"), std::chrono::milliseconds(1));
  for (const std::string name : {"after", "later"}) {
    put_pair("own", name);
    EXPECT_TRUE(runner.run_until([&] { return subject() == name; })) << name;
  }
}

TEST_F(TlsKeeperTest, KeepsTheOldPairWhereAFileIsBrokenAndSaysSoOnce) {
  keep(put_pair("own", "before"));
  const auto acceptor = keeper->tls().acceptor;
  for (const std::size_t times : {1U, 2U}) {  // once of each file
    put("own.crt", [&](const auto& file) { return folder.write(file, "no PEM"); });
    for (int i = 0; i < 5; ++i) look();
    EXPECT_EQ(keeper->tls().acceptor, acceptor);
    EXPECT_EQ(said().size(), times);
    EXPECT_TRUE(last_said().starts_with("failed: listen.tls.cert: ")) << last_said();
  }

  std::filesystem::remove(folder.path("own.key"));
  std::filesystem::remove(folder.path("own.crt"));
  for (int i = 0; i < 5; ++i) look();
  EXPECT_EQ(keeper->tls().acceptor, acceptor);
  EXPECT_EQ(said().size(), 3U);
  EXPECT_TRUE(last_said().contains("own.crt cannot be read: No such file")) << last_said();

  put_pair("own", "after");
  for (int i = 0; i < 5; ++i) look();
  EXPECT_EQ(subject(), "after");
  EXPECT_EQ(said().size(), 4U);
}

TEST_F(TlsKeeperTest, WaitsForTheKeyThatComesBehindItsCertificate) {
  keep(put_pair("own", "before"));
  const tests::Made next = tests::make_certificate("after");
  put_certificate("own.crt", next);
  look();
  put_key("own.key", next);
  look();
  EXPECT_EQ(said(), Lines());
  EXPECT_EQ(subject(), "before");
  look();
  EXPECT_EQ(subject(), "after");
  EXPECT_EQ(said().size(), 1U);
}

TEST_F(TlsKeeperTest, KeepsTheOldPairWhereItIsSwappedHalfWay) {
  keep(put_pair("own", "before"));
  const auto acceptor = keeper->tls().acceptor;
  const tests::Made next = tests::make_certificate("after");
  put_key("own.key", next);
  for (int i = 0; i < 5; ++i) look();
  EXPECT_EQ(keeper->tls().acceptor, acceptor);
  EXPECT_EQ(said().size(), 1U);
  EXPECT_TRUE(last_said().starts_with("failed: listen.tls.key: ")) << last_said();
  EXPECT_TRUE(last_said().contains("is not the key of the first certificate")) << last_said();

  put_certificate("own.crt", next);
  for (int i = 0; i < 2; ++i) look();
  EXPECT_EQ(subject(), "after");
  EXPECT_EQ(said().size(), 2U);
}

TEST_F(TlsKeeperTest, TriesAgainWhatCouldNotBeReadForAWhile) {
  keep(put_pair("own", "before"));
  put_pair("own", "after");
  {
    const NoDescriptors none;
    for (int i = 0; i < 5; ++i) look();
  }
  EXPECT_EQ(subject(), "before");
  EXPECT_EQ(said().size(), 1U);
  EXPECT_TRUE(last_said().contains("cannot be read: Too many open files")) << last_said();
  look();
  EXPECT_EQ(subject(), "after");
  EXPECT_EQ(said().size(), 2U);
}

TEST_F(TlsKeeperTest, SaysMoreOfARefusedFileOnlyWhereTheReasonIsAnother) {
  keep(put_pair("own", "before"));
  put("own.crt", [&](const auto& file) { return folder.write(file, "no PEM"); });
  {
    const NoDescriptors none;
    for (int i = 0; i < 5; ++i) look();
  }
  EXPECT_EQ(said().size(), 1U);
  for (int i = 0; i < 5; ++i) look();
  EXPECT_EQ(said().size(), 2U);
  EXPECT_FALSE(last_said().contains("Too many open files")) << last_said();
}

TEST_F(TlsKeeperTest, TakesAReloadWhileItLooks) { reload_during(Phase::Looking); }

TEST_F(TlsKeeperTest, TakesAReloadWhileItLoads) { reload_during(Phase::Loading); }

// A renewal that ends with a SIGHUP: what the reload took is not taken a second time.
TEST_F(TlsKeeperTest, SaysNothingOfWhatAReloadTookBeforeIt) {
  const config::Tls files = put_pair("own", "before");
  keep(files);
  put_pair("own", "after");
  begin(Phase::Loading);
  keeper->use(files, loaded(files));
  const auto acceptor = keeper->tls().acceptor;
  finish();
  for (int i = 0; i < 3; ++i) look();
  EXPECT_EQ(keeper->tls().acceptor, acceptor);
  EXPECT_EQ(said(), Lines());
}

TEST_F(TlsKeeperTest, TakesWhatChangedBehindTheReadingOfAReload) {
  const config::Tls files = put_pair("own", "before");
  keep(files);
  LoadedTls read_before = loaded(files);
  put_pair("own", "after");
  for (int i = 0; i < 2; ++i) look();
  keeper->use(files, std::move(read_before));
  EXPECT_EQ(subject(), "before");
  for (int i = 0; i < 2; ++i) look();
  EXPECT_EQ(subject(), "after");
}

TEST_F(TlsKeeperTest, HasNoTlsOnceAReloadEndedItWhileItLoads) {
  keep(put_pair("own", "before"));
  put_pair("own", "after");
  begin(Phase::Loading);
  keeper->use({}, {});
  finish();
  EXPECT_EQ(subject(), "none");
  EXPECT_EQ(keeper->tls().encryption, Encryption::Disabled);
  keeper->look();
  EXPECT_EQ(keeper->phase(), Phase::Idle);
  EXPECT_EQ(said(), Lines());
}

}  // namespace
}  // namespace gateway
