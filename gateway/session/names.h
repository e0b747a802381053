// SPDX-License-Identifier: Apache-2.0
// Which judged text a name stands for on the server: one of these for prepared statements, one for
// portals and cursors (SQL and protocol share each name space). A name is believed only as far as
// the server has answered: a change is predicted inside the unit that asks for it, settled by the
// reply, and dropped where an error kept it from happening.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/session/queue.h"
#include "policy/plan/judge_plan.h"
#include "policy/rewrite/positions.h"

namespace gateway::session {

// NAMEDATALEN - 1: the server keeps prepared statements and portals under at most this much of a
// name (dynahash string keys), so two longer names with one beginning are one name.
inline constexpr std::size_t kNameBytesMax = 63;
std::string_view name_key(std::string_view name);

// A text that was parsed on the server after it was judged and audited.
struct Prepared {
  std::string sql;  // the client's
  // What the server has in its place; null: the same. Of what another text contains it tells no
  // positions: PostgreSQL counts them in the text around it.
  std::shared_ptr<const policy::Rewritten> rewritten;
  std::vector<std::uint32_t> parameter_types;
  std::shared_ptr<const policy::Verdict> verdict;  // null: to be judged again
  std::size_t statement = 0;                       // which of the verdict's statements
  std::uint64_t fingerprint = 0;                   // of the client's text, whatever it became
  std::uint64_t request_id = 0;                    // of the decision made at Parse
  std::uint64_t unit = 0;                          // in which it was parsed
  bool claimed = false;                            // an Execute of that unit continues that request
  bool is_contained = false;  // what the PREPARE or DECLARE in `sql` holds, not itself
  // Of a portal whose plan is over a limit that only warns: told by a decision of its own.
  std::shared_ptr<const policy::PlanVerdict> plan;
  std::string_view server_text() const { return rewritten ? rewritten->text : sql; }
  // The text that the verdict is on.
  std::string_view judged_text() const {
    return verdict && !verdict->rewritten.empty() ? std::string_view(sql) : server_text();
  }
  const policy::StatementVerdict* judged() const;
  const policy::Effect& effect() const;  // of running it
};
using PreparedRef = std::shared_ptr<Prepared>;

inline constexpr std::size_t kPreparedMax = 10'000;  // names a client, statements and portals each
inline constexpr std::size_t kPreparedBytesMax = 64ull << 20;  // of their texts

// A later message may run what it holds by its name: PREPARE, DECLARE.
bool keeps_text(const policy::Effect& effect);

class Names {
 public:
  enum class Belief : std::uint8_t { Known, Absent, Unsettled };
  struct Lookup {
    Belief belief = Belief::Absent;
    PreparedRef prepared;
  };

  // As a message of `unit` will find it. Unsettled: an earlier unit's change of it is unanswered;
  // wait.
  Lookup look_up(std::string_view name, std::uint64_t unit) const;
  Belief believe(std::string_view name, std::uint64_t unit) const {
    return find(name, unit).belief;
  }

  enum class When : std::uint8_t {
    Success,  // of the message that asks for it
    Reached,  // whether the message succeeds or fails, unless the server skipped it
    Failure,  // only when the message itself fails
  };
  // `seq` is the message's place in the reply queue, `part` which of its statements.
  struct Change {
    std::uint64_t seq = 0;
    std::size_t part = 0;
    std::uint64_t unit = 0;
    When when = When::Success;
    bool all = false;         // every name
    bool named_only = false;  // … but the empty one
    bool holdable = false;
    std::string name;
    PreparedRef prepared;  // null: erased
  };
  void predict(Change&& change);
  void withdraw(std::uint64_t seq);  // of a message that is not sent after all: the newest changes

  void succeeded(std::uint64_t seq, std::size_t part);
  void failed(std::uint64_t seq);   // whatever of it is left; it reached the server
  void skipped(std::uint64_t seq);  // it never ran

  // A portal outlives its transaction when it is holdable and that was committed. An error or a
  // ROLLBACK (perhaps only TO a savepoint) puts those in doubt that came into being before it.
  void doubt_fresh();
  void end_transaction();
  // Those in doubt are kept: a name that is not there does no harm, one that is forgotten would not
  // be judged.
  void commit();

  // Each is to be judged again before it is used.
  void release_verdicts();

  std::size_t size() const { return settled_.size() + (unnamed_ ? 1 : 0) + pending_.size(); }
  std::size_t bytes() const { return bytes_; }
  bool has_room() const { return size() < kPreparedMax && bytes() < kPreparedBytesMax; }
  bool has_pending() const { return !pending_.empty(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  enum class Age : std::uint8_t { Fresh, Doubtful, Lasting };
  struct Settled {
    PreparedRef prepared;
    bool holdable = false;
    Age age = Age::Fresh;
  };
  struct Found {
    Belief belief;
    const PreparedRef* prepared;  // not null where it is known
  };
  Found find(std::string_view name, std::uint64_t unit) const;
  const Settled* find_settled(std::string_view key) const;
  static bool covers(const Change& change, std::string_view key);
  bool changes_nothing(const Change& change) const;
  void pop_front();
  void apply(Change& change);
  void erase(std::string_view key);
  template <typename Stays>
  void erase_unless(Stays&& stays);
  template <typename Visit>
  void for_each_settled(Visit&& visit);

  std::unordered_map<std::string, Settled, Hash, std::equal_to<>> settled_;  // that have a name
  std::optional<Settled> unnamed_;  // comes and goes with each statement
  Queue<Change> pending_;           // by seq
  std::size_t bytes_ = 0;           // of the texts that names hold, settled or not
};

}  // namespace gateway::session
