// SPDX-License-Identifier: Apache-2.0
#include <uv.h>

#include <memory>

#include "gateway/net/handle.h"
#include "gateway/net/loop.h"

namespace gateway::net {
namespace {

struct Work {
  uv_work_t request;
  std::move_only_function<void()> work;
  std::move_only_function<void()> done;
};

void run_work(uv_work_t* request) noexcept { static_cast<Work*>(request->data)->work(); }

void finish_work(uv_work_t* request, int) noexcept {
  const std::unique_ptr<Work> owned(static_cast<Work*>(request->data));
  owned->done();
}

}  // namespace

void run_off_loop(Loop& loop, std::move_only_function<void()> work,
                  std::move_only_function<void()> done) {
  auto* owned = new Work{.request = {}, .work = std::move(work), .done = std::move(done)};
  owned->request.data = owned;
  require_ok(uv_queue_work(loop.raw(), &owned->request, run_work, finish_work), "uv_queue_work");
}

}  // namespace gateway::net
