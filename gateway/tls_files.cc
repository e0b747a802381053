// SPDX-License-Identifier: Apache-2.0
#include "gateway/tls_files.h"

#include <sys/stat.h>

#include <utility>

namespace gateway {
namespace {

using File = net::TlsFileError::File;

config::TlsFault fault_of(const config::Tls& tls, const net::TlsFileError& error) {
  switch (error.file) {
    case File::Certificate: return {"listen.tls.cert", tls.cert + " " + error.message};
    case File::Key: return {"listen.tls.key", tls.key + " " + error.message};
    case File::ClientCa: return {"listen.tls.client_ca", tls.client_ca + " " + error.message};
  }
  std::unreachable();
}

session::Encryption encryption_of(config::TlsMode mode) {
  switch (mode) {
    case config::TlsMode::Disable: return session::Encryption::Disabled;
    case config::TlsMode::Allow: return session::Encryption::Allowed;
    case config::TlsMode::Require: return session::Encryption::Required;
  }
  std::unreachable();
}

}  // namespace

// A renewal may keep size and time, but not both and the inode.
FileStamps stamps_of(const config::Tls& tls) {
  FileStamps stamps;
  for (const std::string* path : {&tls.cert, &tls.key, &tls.client_ca}) {
    struct stat facts{};
    if (path->empty() || ::stat(path->c_str(), &facts) != 0) facts = {};
    for (const auto number :
         {static_cast<std::int64_t>(facts.st_ino), facts.st_size, facts.st_mtim.tv_sec,
          facts.st_mtim.tv_nsec, facts.st_ctim.tv_sec, facts.st_ctim.tv_nsec}) {
      stamps.push_back(number);
    }
  }
  return stamps;
}

std::expected<LoadedTls, config::TlsFault> load_tls(const config::Tls& tls) {
  if (tls.mode == config::TlsMode::Disable) return LoadedTls{};
  FileStamps stamps = stamps_of(tls);
  auto acceptor =
      net::TlsAcceptor::load({.certificate = tls.cert, .key = tls.key, .client_ca = tls.client_ca});
  if (!acceptor) return std::unexpected(fault_of(tls, acceptor.error()));
  return LoadedTls{{encryption_of(tls.mode), std::move(*acceptor)}, std::move(stamps)};
}

std::optional<config::TlsFault> check_tls_files(const config::Tls& tls) {
  auto loaded = load_tls(tls);
  if (loaded) return std::nullopt;
  return std::move(loaded.error());
}

std::string text_of(const config::TlsFault& fault) { return fault.key + ": " + fault.message; }

}  // namespace gateway
