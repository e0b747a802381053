// SPDX-License-Identifier: Apache-2.0
// File descriptors: a client and a server take one each. Knows the system's limit, not who uses it.
#pragma once

#include <cstddef>
#include <string>

#include "gateway/config/config.h"

namespace gateway {

// Raises the soft limit, which is for programs that call select(), to the hard one; answers what is
// in force then. Out of descriptors the audit file cannot be rotated, and nothing may run.
std::size_t raise_descriptor_limit();

// What the configuration can use at most, logins and cancels included.
std::size_t descriptors_wanted(const config::Config& config);

// Says what to do where `limit` is below that; empty: it suffices.
std::string descriptor_shortage(const config::Config& config, std::size_t limit);

}  // namespace gateway
