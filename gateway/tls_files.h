// SPDX-License-Identifier: Apache-2.0
// From listen.tls to what client connections use. Blocks as reading the files does; any thread.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "gateway/config/command.h"
#include "gateway/config/config.h"
#include "gateway/relay/client_tls.h"

namespace gateway {

// Tells one state of the files from another, by what the file system says of them.
using FileStamps = std::vector<std::int64_t>;
FileStamps stamps_of(const config::Tls& tls);

struct LoadedTls {
  relay::ClientTls tls;
  FileStamps stamps;  // from before they were read
};

// Nothing to read where it is disabled.
std::expected<LoadedTls, config::TlsFault> load_tls(const config::Tls& tls);

std::optional<config::TlsFault> check_tls_files(const config::Tls& tls);

// "listen.tls.key: /etc/… is not …"
std::string text_of(const config::TlsFault& fault);

}  // namespace gateway
