// SPDX-License-Identifier: Apache-2.0
// Each decision gets one end.

#include "gateway/session/session.h"

namespace gateway::session {

void Session::end_request(std::uint64_t request, Outcome outcome, std::int64_t rows,
                          const ServerError& error) {
  const bool is_cut = error.error_code == policy::ErrorCode::ResultTooLarge;
  const TimePoint since = replies_.empty() ? now_ : replies_.front().sent_at;
  recorder_.on_end({.request_id = request,
                    .outcome = outcome,
                    .rows = is_cut ? static_cast<std::int64_t>(returned_.rows) : rows,
                    .elapsed = std::chrono::duration_cast<std::chrono::microseconds>(now_ - since),
                    .error = error,
                    .truncated = is_cut});
}

// Of the statements of a Query that have none yet: the next gets `first`, those behind it never
// ran.
void Session::end_query(Expected& query, Outcome first, ServerError error) {
  for (Outcome outcome = first; query.done < query.statements; ++query.done) {
    end_request(query.request_id + query.done, outcome, -1, error);
    if (outcome == Outcome::Error || outcome == Outcome::Cancelled) outcome = Outcome::Skipped;
    error = {};
  }
}

// Of a Parse that no Execute continues.
void Session::end_parse(std::uint64_t request, Outcome outcome, const ServerError& error) {
  for (std::size_t i = 0; i < parses_.size(); ++i) {
    Prepared& prepared = *parses_[i];
    if (prepared.request_id != request || prepared.claimed) continue;
    prepared.claimed = true;
    return end_request(request, outcome, -1, error);
  }
}

void Session::end_parses_through(std::uint64_t unit) {
  while (!parses_.empty() && parses_.front()->unit <= unit) {
    if (!parses_.front()->claimed) {
      parses_.front()->claimed = true;
      end_request(parses_.front()->request_id, Outcome::Prepared, -1, {});
    }
    parses_.pop_front();
  }
}

void Session::abandon(TimePoint now) {
  now_ = now;
  for (; !replies_.empty(); drop_front()) {
    Expected& entry = replies_.front();
    if (entry.request_id == 0) continue;
    if (entry.kind == ReplyKind::Query) end_query(entry, Outcome::Disconnected, {});
    if (entry.kind == ReplyKind::Execute) {
      end_request(entry.request_id, Outcome::Disconnected, -1, {});
    }
  }
  for (; !parses_.empty(); parses_.pop_front()) {
    if (parses_.front()->claimed) continue;
    end_request(parses_.front()->request_id, Outcome::Disconnected, -1, {});
  }
}

}  // namespace gateway::session
