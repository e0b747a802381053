// SPDX-License-Identifier: Apache-2.0
// Makes a released server as new: DISCARD ALL, with a reply that must be exactly what an idle,
// unspoilt server answers, and a look at what was verified when it was new, behind it in the same
// write: a server whose role or pins are not what they were is closed. Knows no pool.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/net/deferred.h"
#include "gateway/net/loop.h"
#include "gateway/upstream/connected_server.h"

namespace gateway::upstream {

class ResetExchange final : private net::StreamEvents {
 public:
  // Called with the clean server, or with null after it was closed. May destroy this object.
  using Done = std::move_only_function<void(std::unique_ptr<ConnectedServer>)>;

  ResetExchange(net::Loop& loop, std::unique_ptr<ConnectedServer> server, Done done);
  void start(std::chrono::milliseconds deadline);

 private:
  // Discarding --CommandComplete--> Discarded --ReadyForQuery--> Verifying --ReadyForQuery--> Ended
  enum class Phase : std::uint8_t { Discarding, Discarded, Verifying, Ended };
  enum class Step : std::uint8_t { Continue, Clean, Spoilt };

  void on_read(std::string_view bytes) noexcept override;
  void on_writable() noexcept override {}
  void on_end(net::StreamEnd) noexcept override { finish(Step::Spoilt); }
  Step take_frames();
  Step take_frame(char type, std::string_view body);
  Step take_completion(std::string_view body);
  Step take_row(std::string_view body);
  bool take_parameters(const std::vector<std::optional<std::string_view>>& values);
  Step take_ready(std::string_view body);
  Step take_parameter(std::string_view body) const;
  void finish(Step last);

  std::unique_ptr<ConnectedServer> server_;
  Done done_;
  net::Timer deadline_;
  net::Deferred later_;
  Phase phase_ = Phase::Discarding;
  std::size_t rows_ = 0;  // that have shown what was verified, and then the parameters
  std::string reply_;
};

}  // namespace gateway::upstream
