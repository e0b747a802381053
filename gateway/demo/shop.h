// SPDX-License-Identifier: Apache-2.0
// The demo's data as a psql script (shop.sql). It expects the variable `gateway_password`.
#pragma once

namespace gateway::demo {

extern const char* const kShopSql;

}  // namespace gateway::demo
