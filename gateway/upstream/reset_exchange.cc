// SPDX-License-Identifier: Apache-2.0
#include "gateway/upstream/reset_exchange.h"

#include <algorithm>
#include <random>
#include <ranges>
#include <utility>

#include "gateway/pgwire/frame.h"
#include "gateway/pgwire/own_comment.h"
#include "gateway/pgwire/writer.h"

namespace gateway::upstream {
namespace {

constexpr std::string_view kResetTag = "DISCARD ALL";
constexpr std::size_t kSeedDigits = 18;            // more than a double holds
constexpr std::size_t kReplyBytesMax = 64 * 1024;  // notifications of a LISTEN may come before it

// Shows what a reset should have brought back. DISCARD ALL keeps the seed of random(): who set it
// would know what the next client draws.
// Last come the reported settings as they are now: a reload may have changed them.
std::string check_query(const Verified& verified, const Parameters& parameters) {
  static thread_local std::random_device random;  // to open one asks the processor what it is
  std::string digits;
  while (digits.size() < kSeedDigits) digits += std::to_string(random());
  std::string sql(pgwire::kOwnComment);
  sql.append("SELECT pg_catalog.setseed(0.").append(digits).append("), ");
  sql.append(verified.columns).append("; SELECT ''");
  for (const auto& [name, value] : parameters) {
    sql.append(", pg_catalog.current_setting('").append(name).append("')");
  }
  return sql;
}

}  // namespace

ResetExchange::ResetExchange(net::Loop& loop, std::unique_ptr<ConnectedServer> server, Done done)
    : server_(std::move(server)), done_(std::move(done)), deadline_(loop), later_(loop) {}

void ResetExchange::start(std::chrono::milliseconds deadline) {
  deadline_.start(deadline, [this] { finish(Step::Spoilt); });
  std::string query;
  pgwire::write_query(query, std::string(pgwire::kOwnComment) + std::string(kResetTag));
  pgwire::write_query(query, check_query(server_->verified(), server_->parameters()));
  net::Stream& stream = server_->stream();
  stream.set_events(this);
  stream.resume();
  stream.write(query);
}

void ResetExchange::on_read(std::string_view bytes) noexcept {
  if (phase_ == Phase::Ended) return;
  reply_ += bytes;
  const Step step = take_frames();
  if (step != Step::Continue) finish(step);
}

ResetExchange::Step ResetExchange::take_frames() {
  if (reply_.size() > kReplyBytesMax) return Step::Spoilt;
  std::string_view rest = reply_;
  Step step = Step::Continue;
  while (step == Step::Continue) {
    const auto header = pgwire::read_header(rest, kReplyBytesMax);
    if (!header) return Step::Spoilt;
    if (!*header || rest.size() < (*header)->frame_bytes()) break;
    step = take_frame((*header)->type, rest.substr(pgwire::kHeaderBytes, (*header)->body_bytes));
    rest.remove_prefix((*header)->frame_bytes());
  }
  if (step == Step::Clean && !rest.empty()) return Step::Spoilt;  // nobody asked for more
  reply_.erase(0, reply_.size() - rest.size());
  return step;
}

ResetExchange::Step ResetExchange::take_frame(char type, std::string_view body) {
  switch (type) {
    case pgwire::backend::kNotificationResponse:
    case pgwire::backend::kNoticeResponse: return Step::Continue;
    case pgwire::backend::kParameterStatus: return take_parameter(body);
    case pgwire::backend::kCommandComplete: return take_completion(body);
    case pgwire::backend::kReadyForQuery: return take_ready(body);
    case pgwire::backend::kRowDescription:
      return phase_ == Phase::Verifying ? Step::Continue : Step::Spoilt;
    case pgwire::backend::kDataRow: return take_row(body);
    default: return Step::Spoilt;
  }
}

ResetExchange::Step ResetExchange::take_completion(std::string_view body) {
  if (phase_ == Phase::Verifying) return Step::Continue;
  if (phase_ != Phase::Discarding || pgwire::read_command_tag(body) != kResetTag)
    return Step::Spoilt;
  phase_ = Phase::Discarded;
  return Step::Continue;
}

ResetExchange::Step ResetExchange::take_row(std::string_view body) {
  const auto values = pgwire::read_data_row(body);
  const auto& must = server_->verified().rows;
  if (phase_ != Phase::Verifying || !values || values->empty() || rows_ > must.size()) {
    return Step::Spoilt;
  }
  if (rows_ == must.size()) {
    ++rows_;
    return take_parameters(*values) ? Step::Continue : Step::Spoilt;
  }
  const auto own = rows_ == 0 ? 1 : 0;  // setseed()
  const bool is_same = std::ranges::equal(*values | std::views::drop(own), must[rows_]);
  ++rows_;
  return is_same ? Step::Continue : Step::Spoilt;
}

bool ResetExchange::take_parameters(const std::vector<std::optional<std::string_view>>& values) {
  Parameters parameters = server_->parameters();
  if (values.size() != parameters.size() + 1) return false;
  auto value = values.begin();
  for (auto& [name, known] : parameters) {
    if (!*++value) return false;
    known = **value;
  }
  server_->note_parameters(std::move(parameters));
  return true;
}

ResetExchange::Step ResetExchange::take_ready(std::string_view body) {
  if (pgwire::read_ready_for_query(body) != pgwire::TransactionStatus::Idle) return Step::Spoilt;
  if (phase_ == Phase::Verifying) {
    return rows_ == server_->verified().rows.size() + 1 ? Step::Clean : Step::Spoilt;
  }
  if (phase_ != Phase::Discarded) return Step::Spoilt;
  phase_ = Phase::Verifying;
  return Step::Continue;
}

// What the reset reports went back to what was verified; else the server is not the one we know.
ResetExchange::Step ResetExchange::take_parameter(std::string_view body) const {
  const auto status = pgwire::read_parameter_status(body);
  if (!status) return Step::Spoilt;
  const auto known = server_->parameters().find(status->name);
  return known != server_->parameters().end() && known->second == status->value ? Step::Continue
                                                                                : Step::Spoilt;
}

void ResetExchange::finish(Step last) {
  if (phase_ == Phase::Ended) return;
  phase_ = Phase::Ended;
  deadline_.stop();
  later_.arm([this, last] {
    auto done = std::move(done_);
    auto server = std::move(server_);
    if (last == Step::Spoilt) {
      server.reset();
    } else {
      server->stream().set_events(nullptr);
    }
    done(std::move(server));
  });
}

}  // namespace gateway::upstream
