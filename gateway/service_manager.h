// SPDX-License-Identifier: Apache-2.0
// Tells a service manager what the process does: datagrams to $NOTIFY_SOCKET, the protocol of
// systemd's sd_notify(3). Where there is no such socket, nothing is sent. Never blocks.
#pragma once

#include <string>
#include <string_view>

namespace gateway {

class ServiceManager {
 public:
  // `address`: a path, or '@' and the name of an abstract socket. Empty: there is no manager.
  explicit ServiceManager(std::string address);
  static ServiceManager from_environment();

  void ready(std::string_view status);
  void reloading();  // ready() follows, also where the reload failed
  void stopping(std::string_view status);

 private:
  void tell(std::string_view state) const;

  std::string address_;
};

}  // namespace gateway
