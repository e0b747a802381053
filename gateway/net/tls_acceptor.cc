// SPDX-License-Identifier: Apache-2.0
#include "gateway/net/tls_acceptor.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <expected>
#include <string_view>

#include "gateway/net/certificate.h"
#include "gateway/net/key_file.h"
#include "gateway/net/socket.h"

namespace gateway::net {
namespace {

using File = TlsFileError::File;
using Checked = std::expected<void, TlsFileError>;

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using Context = std::unique_ptr<SSL_CTX, FreeContext>;

// Of TLS 1.2; those of 1.3 are all good.
constexpr const char* kCiphers = "HIGH:!aNULL:!eNULL:!MD5:!3DES:!PSK:!SRP:!kRSA:@STRENGTH";
constexpr std::string_view kAlpn = "\x0apostgresql";  // with its length, as in the extension

std::unexpected<TlsFileError> failure(File file, std::string message) {
  return std::unexpected(TlsFileError{file, std::move(message)});
}

// The first reason is the cause; the others follow from it.
std::string openssl_text() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (ERR_SYSTEM_ERROR(code)) return "cannot be read: " + system_error_text(ERR_GET_REASON(code));
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return std::string("cannot be used: ") + (reason == nullptr ? "unknown error" : reason);
}

// NOLINTNEXTLINE(readability-function-size): OpenSSL says what it is given
int select_protocol(SSL*, const unsigned char** chosen, unsigned char* length,
                    const unsigned char* offered, unsigned offered_length, void*) {
  unsigned char* found = nullptr;
  const int result =
      SSL_select_next_proto(&found, length, reinterpret_cast<const unsigned char*>(kAlpn.data()),
                            kAlpn.size(), offered, offered_length);
  *chosen = found;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

TlsStart start_of(const SSL* session) {
  return SSL_get_app_data(session) == nullptr ? TlsStart::Requested : TlsStart::Direct;
}

int check_hello(SSL* session, int* alert, void*) {
  const unsigned char* extension = nullptr;
  std::size_t length = 0;
  if (start_of(session) == TlsStart::Requested ||
      SSL_client_hello_get0_ext(session, TLSEXT_TYPE_application_layer_protocol_negotiation,
                                &extension, &length) == 1) {
    return SSL_CLIENT_HELLO_SUCCESS;
  }
  ERR_raise(ERR_LIB_SSL, SSL_R_NO_APPLICATION_PROTOCOL);
  *alert = SSL_AD_NO_APPLICATION_PROTOCOL;
  return SSL_CLIENT_HELLO_ERROR;
}

// A name with a NUL in it is not the one that whoever compares it as text sees.
int check_client(int is_good, X509_STORE_CTX* store) {
  if (is_good != 1 || X509_STORE_CTX_get_error_depth(store) != 0) return is_good;
  const std::string name = common_name(X509_STORE_CTX_get_current_cert(store));
  if (!name.contains('\0')) return 1;
  X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
  return 0;
}

bool configure(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE);
  // An idle session keeps no buffers. Reading ahead is tls_socket's: it counts records.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_dh_auto(context, 1);
  SSL_CTX_set_alpn_select_cb(context, select_protocol, nullptr);
  SSL_CTX_set_client_hello_cb(context, check_hello, nullptr);
  // A key with a passphrase is an error, not a question on the terminal.
  SSL_CTX_set_default_passwd_cb(context, [](char*, int, int, void*) { return -1; });
  return SSL_CTX_set_num_tickets(context, 0) == 1 &&
         SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(context, kCiphers) == 1;
}

Checked use_certificate(SSL_CTX* context, const std::string& path) {
  if (auto regular = check_regular_file(path); !regular) {
    return failure(File::Certificate, std::move(regular.error()));
  }
  if (SSL_CTX_use_certificate_chain_file(context, path.c_str()) == 1) return {};
  return failure(File::Certificate, openssl_text() + "; it must hold PEM certificates");
}

Checked use_key(SSL_CTX* context, const std::string& path) {
  if (auto readable = check_key_file(path); !readable) {
    return failure(File::Key, std::move(readable.error()));
  }
  const bool is_loaded = SSL_CTX_use_PrivateKey_file(context, path.c_str(), SSL_FILETYPE_PEM) == 1;
  const bool is_mismatch =
      is_loaded ? SSL_CTX_check_private_key(context) != 1
                : ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_VALUES_MISMATCH;
  if (is_mismatch) {
    ERR_clear_error();
    return failure(File::Key,
                   "is not the key of the first certificate in listen.tls.cert; give both of one "
                   "pair");
  }
  if (is_loaded) return {};
  return failure(File::Key,
                 openssl_text() + "; it must hold a PEM private key without a passphrase");
}

Checked use_client_ca(SSL_CTX* context, const std::string& path) {
  if (path.empty()) return {};
  if (auto regular = check_regular_file(path); !regular) {
    return failure(File::ClientCa, std::move(regular.error()));
  }
  STACK_OF(X509_NAME)* names = SSL_load_client_CA_file(path.c_str());
  if (names == nullptr || SSL_CTX_load_verify_file(context, path.c_str()) != 1) {
    sk_X509_NAME_pop_free(names, X509_NAME_free);
    return failure(File::ClientCa, openssl_text() + "; it must hold PEM certificates");
  }
  SSL_CTX_set_client_CA_list(context, names);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_CLIENT_ONCE, check_client);
  return {};
}

}  // namespace

TlsAcceptor::TlsAcceptor(ssl_ctx_st* context) : context_(context) {
  const X509* certificate = SSL_CTX_get0_certificate(context);
  end_point_ = end_point_of(certificate);
  subject_ = common_name(certificate);
  not_after_ = end_of_validity(certificate);
}

TlsAcceptor::~TlsAcceptor() { SSL_CTX_free(context_); }

TlsAcceptor::Loaded TlsAcceptor::load(const TlsFiles& files) {
  ERR_clear_error();
  Context context(SSL_CTX_new(TLS_server_method()));
  if (context == nullptr || !configure(context.get())) {
    return failure(File::Certificate, openssl_text());
  }
  if (auto used = use_certificate(context.get(), files.certificate); !used) {
    return std::unexpected(std::move(used.error()));
  }
  if (auto used = use_key(context.get(), files.key); !used) {
    return std::unexpected(std::move(used.error()));
  }
  if (auto used = use_client_ca(context.get(), files.client_ca); !used) {
    return std::unexpected(std::move(used.error()));
  }
  return std::shared_ptr<const TlsAcceptor>(new TlsAcceptor(context.release()));
}

std::unique_ptr<TlsSession> TlsAcceptor::accept(TlsStart start) const {
  SSL* session = SSL_new(context_);
  if (session == nullptr) return nullptr;
  static char direct = 1;
  SSL_set_app_data(session, start == TlsStart::Direct ? &direct : nullptr);
  SSL_set_accept_state(session);
  return std::make_unique<TlsSession>(shared_from_this(), session);
}

}  // namespace gateway::net
