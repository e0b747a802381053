// SPDX-License-Identifier: Apache-2.0
// `postern catalog dump`, for main.cc.
#pragma once

#include <iosfwd>
#include <string>

#include "gateway/config/sources.h"

namespace gateway {

struct CatalogOptions {
  std::string config;
  std::string database;  // empty: the only one
};

// The snapshot of the live database as JSON on `out`. 0, or 2 with a sentence on `err`.
int run_catalog_dump(const CatalogOptions& options, const config::Sources& sources,
                     std::ostream& out, std::ostream& err);

}  // namespace gateway
