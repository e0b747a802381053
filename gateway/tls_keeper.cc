// SPDX-License-Identifier: Apache-2.0
#include "gateway/tls_keeper.h"

#include <memory>
#include <utility>

#include "gateway/telemetry/log.h"

namespace gateway {

using telemetry::ReloadResult;

struct TlsKeeper::Outcome {
  FileStamps stamps;
  std::expected<LoadedTls, config::TlsFault> loaded;
};

TlsKeeper::TlsKeeper(Surroundings surroundings, config::Tls files, LoadedTls loaded,
                     std::chrono::milliseconds every)
    : surroundings_(surroundings), timer_(surroundings.loop), worker_(surroundings.loop) {
  use(std::move(files), std::move(loaded));
  timer_.repeat(every, [this] { look(); });
}

void TlsKeeper::use(config::Tls files, LoadedTls loaded) {
  files_ = std::move(files);
  ++generation_;
  put_in_force(std::move(loaded));
}

void TlsKeeper::put_in_force(LoadedTls loaded) {
  tls_ = std::move(loaded.tls);
  refused_.clear();
  seen_ = tried_ = std::move(loaded.stamps);
  if (tls_.acceptor == nullptr) return;
  telemetry::log_info("TLS certificate in use", {{"subject", tls_.acceptor->subject()},
                                                 {"valid_until", tls_.acceptor->not_after()}});
}

// The file system may be slow, so it is asked on a thread.
void TlsKeeper::read(Phase phase, void (*reading)(const config::Tls& files, Outcome& outcome),
                     void (TlsKeeper::*take)(Outcome& outcome)) {
  phase_ = phase;
  auto outcome = std::make_shared<Outcome>();
  worker_.submit([reading, outcome, files = files_] { reading(files, *outcome); },
                 [this, take, outcome, generation = generation_] {
                   phase_ = Phase::Idle;
                   if (generation == generation_) (this->*take)(*outcome);
                 });
}

void TlsKeeper::look() {
  if (phase_ != Phase::Idle || files_.mode == config::TlsMode::Disable) return;
  read(
      Phase::Looking,
      [](const config::Tls& files, Outcome& outcome) { outcome.stamps = stamps_of(files); },
      &TlsKeeper::on_look);
}

// What was refused is tried again though it stands still: perhaps there were no descriptors left.
void TlsKeeper::on_look(Outcome& outcome) {
  const bool stands_still = outcome.stamps == seen_;
  seen_ = std::move(outcome.stamps);
  if (stands_still && (seen_ != tried_ || !refused_.empty())) load();
}

void TlsKeeper::load() {
  read(
      Phase::Loading,
      [](const config::Tls& files, Outcome& outcome) {
        outcome.stamps = stamps_of(files);
        outcome.loaded = load_tls(files);
      },
      &TlsKeeper::on_loaded);
}

void TlsKeeper::on_loaded(Outcome& outcome) {
  if (outcome.loaded) {
    put_in_force(std::move(*outcome.loaded));
    return surroundings_.notes.add(ReloadResult::Ok,
                                   "listen.tls: certificate of " + tls_.acceptor->subject() +
                                       ", valid until " + tls_.acceptor->not_after());
  }
  refuse(std::move(outcome.stamps), text_of(outcome.loaded.error()));
}

void TlsKeeper::refuse(FileStamps stamps, std::string why) {
  const bool is_said = stamps == tried_ && why == refused_;
  seen_ = tried_ = std::move(stamps);
  refused_ = std::move(why);
  if (is_said) return;
  telemetry::log_error("TLS files refused: the old ones stay in use", {{"why", refused_}});
  surroundings_.notes.add(ReloadResult::Failed, refused_);
}

}  // namespace gateway
