// SPDX-License-Identifier: Apache-2.0
// What the server still owes, in order: one entry a message that was sent to it, and what is to
// become of its reply. Knows no policy but what an error may quote.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "gateway/session/queue.h"
#include "gateway/session/recorder.h"
#include "policy/rewrite/positions.h"

namespace gateway::session {

// More than these unanswered and the client is not read until some are answered. The replies to the
// smallest messages (five bytes each) of this many exceed the 8 KiB after which the server sends
// what it has, so waiting below this mark always ends.
inline constexpr std::size_t kRepliesMax = 4096;

enum class ReplyKind : std::uint8_t {
  Parse,
  Bind,
  DescribeStatement,
  DescribePortal,
  Execute,
  Close,
  Sync,
  Query,  // and FunctionCall: ends with ReadyForQuery of its own
};

enum class Treatment : std::uint8_t {
  Forward,
  Skip,     // asked for by the gateway; the client sees nothing of it
  Probe,    // … to learn a plan; its error is the client's
  Replace,  // a poison message: its error is replaced by `text`, an ErrorResponse
  Rename,   // sent under the reserved name; `text` is the name that its error shall show
  Fake,     // nothing was sent: `text` goes to the client when it is its turn
};

// Answers are not the client's.
inline bool is_silent(Treatment treatment) {
  return treatment == Treatment::Skip || treatment == Treatment::Probe;
}

struct Expected {
  ReplyKind kind = ReplyKind::Sync;
  Treatment treatment = Treatment::Forward;
  bool is_function_call = false;
  bool failed = false;    // a Query whose ErrorResponse was seen
  bool restores = false;  // a Query of ours behind a RESET
  // Its errors and notices may quote what the client may not read.
  bool may_quote_hidden = false;
  bool is_guarded = false;  // the columns of its rows are looked at before they are passed on
  std::shared_ptr<const policy::Access> access;  // when it was sent; null: no rules, or not known
  std::uint32_t statements = 0;                  // of a Query: how many were judged
  std::uint32_t done = 0;                        // … and how many have completed
  std::uint32_t copies_in = 0;                   // how often the server will ask for CopyData
  std::uint64_t seq = 0;
  std::uint64_t unit = 0;
  std::uint64_t request_id = 0;  // of the (first) statement; 0: none is tied to it
  TimePoint sent_at{};
  std::string text;
  std::shared_ptr<const policy::Rewritten> rewritten;  // null: the server has the client's text
};

class ReplyQueue {
 public:
  bool empty() const { return entries_.empty(); }
  bool full() const { return entries_.size() >= kRepliesMax; }
  std::size_t size() const { return entries_.size(); }
  Expected& front() { return entries_.front(); }
  const Expected& front() const { return entries_.front(); }
  Expected& back() { return entries_.back(); }
  Expected& add() { return entries_.emplace_back(); }
  // Some entry is answered with ReadyForQuery, so the server sends what it keeps back.
  bool holds_ready() const {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      const ReplyKind kind = entries_[i].kind;
      if (kind == ReplyKind::Sync || kind == ReplyKind::Query) return true;
    }
    return false;
  }
  void pop() { entries_.pop_front(); }

 private:
  Queue<Expected> entries_;
};

}  // namespace gateway::session
