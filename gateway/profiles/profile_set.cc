// SPDX-License-Identifier: Apache-2.0
#include "gateway/profiles/profile_set.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "gateway/config/profile.h"
#include "policy/rules/access.h"

namespace gateway::profiles {
namespace {

std::uint64_t next_epoch() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

}  // namespace

bool needs_catalog(const config::Database& database) {
  return config::has_rules(database.access) ||
         std::ranges::any_of(database.principals, [](const config::Principal& principal) {
           return config::has_rules(principal.access);
         });
}

ProfileSet::ProfileSet(std::shared_ptr<const config::Database> database,
                       const config::Listen& listen, Catalog catalog, std::string why)
    : database_(std::move(database)), catalog_(std::move(catalog)) {
  const auto add = [&](const config::ProfileInputs& inputs) {
    auto profile =
        std::make_shared<policy::Profile>(config::profile_of(*database_, inputs, listen));
    profile->epoch = next_epoch();
    policy::Standing standing;
    if (config::has_rules(inputs.access) && catalog_ != nullptr) {
      profile->access = std::make_shared<const policy::Access>(inputs.access.policy, catalog_,
                                                               database_->safe_search_path);
    } else if (config::has_rules(inputs.access)) {
      standing.unavailable = why;
    }
    standing.profile = std::move(profile);
    standings_.push_back(std::move(standing));
  };
  add({database_->mode, database_->access, database_->limits, std::nullopt});
  for (std::size_t i = 0; i < database_->principals.size(); ++i) {
    const config::Principal& principal = database_->principals[i];
    add({principal.mode.value_or(database_->mode), principal.access, principal.limits, i});
  }
}

const policy::Standing& ProfileSet::of(const config::Asker& asker) const {
  const auto principal = config::profile_inputs(*database_, asker).principal;
  return standings_[principal ? *principal + 1 : 0];
}

}  // namespace gateway::profiles
