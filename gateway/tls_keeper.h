// SPDX-License-Identifier: Apache-2.0
// What client connections to come speak TLS with. Looks whether the files have changed, as a
// renewal changes them, and takes the new ones. Those that cannot be used change nothing. Said in
// the log, the metrics and the audit, as a reload is.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "gateway/config/config.h"
#include "gateway/net/loop.h"
#include "gateway/net/worker.h"
#include "gateway/reload_notes.h"
#include "gateway/tls_files.h"

namespace gateway {

// Files are taken once two looks saw them alike: certificate and key are seldom written at once.
inline constexpr std::chrono::milliseconds kTlsLook{1000};

class TlsKeeper {
 public:
  struct Surroundings {  // each outlives it
    net::Loop& loop;
    ReloadNotes& notes;
  };

  // Idle -look-> Looking -they stood still-> Loading -> Idle; Looking -else-> Idle
  enum class Phase : std::uint8_t { Idle, Looking, Loading };

  TlsKeeper(Surroundings surroundings, config::Tls files, LoadedTls loaded,
            std::chrono::milliseconds every = kTlsLook);
  TlsKeeper(const TlsKeeper&) = delete;
  TlsKeeper& operator=(const TlsKeeper&) = delete;

  const relay::ClientTls& tls() const { return tls_; }  // valid as long as this object
  void use(config::Tls files, LoadedTls loaded);        // from a reload

  void look();  // as it does by itself now and then; no second one beside the first
  Phase phase() const { return phase_; }

 private:
  struct Outcome;
  void put_in_force(LoadedTls loaded);
  void read(Phase phase, void (*reading)(const config::Tls& files, Outcome& outcome),
            void (TlsKeeper::*take)(Outcome& outcome));
  void on_look(Outcome& outcome);
  void load();
  void on_loaded(Outcome& outcome);
  void refuse(FileStamps stamps, std::string why);

  Surroundings surroundings_;
  config::Tls files_;
  relay::ClientTls tls_;
  FileStamps tried_;              // of what was read last
  FileStamps seen_;               // of the last look
  std::string refused_;           // why what was read last is not in use; empty: it is
  std::uint64_t generation_ = 0;  // of files_: what was read for an older one is dropped
  Phase phase_ = Phase::Idle;
  net::Timer timer_;
  net::Worker worker_;
};

}  // namespace gateway
