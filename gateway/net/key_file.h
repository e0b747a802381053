// SPDX-License-Identifier: Apache-2.0
// Whether a file may hold a certificate or a private key. Knows no format.
#pragma once

#include <expected>
#include <string>

namespace gateway::net {

// The errors are phrases that go on behind the file's name.
std::expected<void, std::string> check_regular_file(const std::string& path);
// Nobody else may read it, by PostgreSQL's rule (check_ssl_key_file_permissions in
// be-secure-common.c).
std::expected<void, std::string> check_key_file(const std::string& path);

}  // namespace gateway::net
