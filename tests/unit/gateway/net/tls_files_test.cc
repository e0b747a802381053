// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "gateway/net/tls_acceptor.h"
#include "tests/support/made_certificates.h"

namespace gateway::net {
namespace {

using File = TlsFileError::File;

class TlsFilesTest : public ::testing::Test {
 protected:
  // The words of the error, or nothing.
  static void expect_error(const TlsFiles& files, File file, const std::string& words) {
    const auto loaded = TlsAcceptor::load(files);
    ASSERT_FALSE(loaded.has_value()) << words;
    EXPECT_EQ(loaded.error().file, file) << loaded.error().message;
    EXPECT_TRUE(loaded.error().message.contains(words)) << loaded.error().message;
  }

  tests::Folder folder_;
  const tests::Made made_ = tests::make_certificate("gateway");
  const TlsFiles good_{folder_.write_certificate("crt", made_), folder_.write_key("key", made_),
                       ""};
};

TEST_F(TlsFilesTest, AreLoadedAndTellWhoseTheyAre) {
  const auto loaded = TlsAcceptor::load(good_);
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  EXPECT_EQ((*loaded)->subject(), "gateway");
  EXPECT_EQ((*loaded)->end_point().size(), 32U);
  EXPECT_TRUE((*loaded)->not_after().ends_with(" UTC"));
}

TEST_F(TlsFilesTest, AreRefusedWithWhatToDo) {
  const std::string garbage = folder_.write("garbage", "no PEM");
  const std::string absent = folder_.path("absent");
  TlsFiles files = good_;
  files.certificate = absent;
  expect_error(files, File::Certificate, "cannot be read: No such file");
  files.certificate = garbage;
  expect_error(files, File::Certificate, "must hold PEM certificates");
  files.certificate = folder_.path(".");
  expect_error(files, File::Certificate, "is not a regular file");
  files = good_;
  files.key = absent;
  expect_error(files, File::Key, "cannot be read: No such file");
  files.client_ca = garbage;
  files.key = good_.key;
  expect_error(files, File::ClientCa, "must hold PEM certificates");
}

TEST_F(TlsFilesTest, AreRefusedWithAKeyOfAnotherCertificate) {
  TlsFiles files = good_;
  files.key = folder_.write_key("other", tests::make_certificate("other"));
  expect_error(files, File::Key, "is not the key of the first certificate in listen.tls.cert");
  tests::Made rsa{tests::KeyPtr(EVP_RSA_gen(2048)), nullptr};
  files.key = folder_.write_key("rsa", rsa);
  expect_error(files, File::Key, "is not the key of the first certificate in listen.tls.cert");
}

TEST_F(TlsFilesTest, AreRefusedWithAKeyThatNeedsAPassphrase) {
  TlsFiles files = good_;
  files.key = folder_.write_key("locked", made_, "secret");
  expect_error(files, File::Key, "without a passphrase");
}

TEST_F(TlsFilesTest, AreRefusedWithAKeyThatOthersCanRead) {
  for (const mode_t mode : {0640U, 0604U, 0620U, 0644U}) {
    ::chmod(good_.key.c_str(), mode);
    expect_error(good_, File::Key, "chmod it to 0600");
  }
  ::chmod(good_.key.c_str(), 0400);
  EXPECT_TRUE(TlsAcceptor::load(good_).has_value());
}

}  // namespace
}  // namespace gateway::net
