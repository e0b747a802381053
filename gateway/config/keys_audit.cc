// SPDX-License-Identifier: Apache-2.0
// audit: what is recorded, and where.
#include <array>

#include "gateway/config/key_tables.h"

namespace gateway::config {
namespace {

using std::string_view;

template <auto Field>
Slot audit(const Cursor& cursor) {
  return in<&Config::audit, Field>(cursor);
}

constexpr std::array<string_view, 2> kStorage{"file", "stdout"};
constexpr std::array<string_view, 1> kStorageUnbuilt{"database"};
constexpr std::array<string_view, 2> kDurability{"write", "fsync"};
constexpr std::array<string_view, 2> kOnFailure{"deny", "continue"};

constexpr Range kMegabytes{1, 1'000'000};
constexpr Range kFiles{1, 1'000};
constexpr Range kRotation{0, 366LL * 24 * 3600 * 1000};

constexpr auto kKeys = std::to_array<Key>({
    {"audit", Type::Map},
    {.path = "audit.enabled", .type = Type::Boolean, .slot = audit<&Audit::enabled>},
    {.path = "audit.storage",
     .type = Type::Word,
     .slot = audit<&Audit::storage>,
     .words = kStorage,
     .unbuilt_words = kStorageUnbuilt},
    {.path = "audit.file_path", .type = Type::Text, .slot = audit<&Audit::file_path>},
    {.path = "audit.max_size_mb",
     .type = Type::Integer,
     .slot = audit<&Audit::max_size_mb>,
     .range = kMegabytes},
    {.path = "audit.max_files",
     .type = Type::Integer,
     .slot = audit<&Audit::max_files>,
     .range = kFiles},
    {.path = "audit.rotate_every",
     .type = Type::Interval,
     .slot = audit<&Audit::rotate_every>,
     .range = kRotation},
    {.path = "audit.redact_sql", .type = Type::Boolean, .slot = audit<&Audit::redact_sql>},
    {.path = "audit.durability",
     .type = Type::Word,
     .slot = audit<&Audit::durability>,
     .words = kDurability},
    {.path = "audit.write_timeout", .type = Type::Interval, .slot = audit<&Audit::write_timeout>},
    {.path = "audit.on_failure",
     .type = Type::Word,
     .slot = audit<&Audit::on_failure>,
     .words = kOnFailure},
    {.path = "audit.key", .type = Type::Secret, .slot = audit<&Audit::key>},
});

}  // namespace

Keys audit_keys() { return kKeys; }

}  // namespace gateway::config
