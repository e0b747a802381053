// SPDX-License-Identifier: Apache-2.0
// What a frame costs to look at, and a message to read and to write.
#include <benchmark/benchmark.h>

#include <string>

#include "gateway/pgwire/frame.h"
#include "gateway/pgwire/frontend_messages.h"
#include "gateway/pgwire/writer.h"

namespace {

namespace pgwire = gateway::pgwire;

// The 64 KiB that one read of a busy client or server brings, of frames with bodies of one size.
std::string stream_of(std::size_t body_bytes) {
  std::string stream;
  const std::string body(body_bytes, 'x');
  while (stream.size() < 64 * 1024) {
    pgwire::Writer(stream).begin(pgwire::frontend::kCopyData).bytes(body).end();
  }
  return stream;
}

void walk_frames(benchmark::State& state) {
  const std::string stream = stream_of(static_cast<std::size_t>(state.range(0)));
  std::int64_t frames = 0;
  for (auto _ : state) {
    std::string_view rest = stream;
    while (!rest.empty()) {
      const auto header = pgwire::read_header(rest, pgwire::frontend::length_max(rest[0]));
      if (!header || !*header) break;
      rest.remove_prefix((*header)->frame_bytes());
      ++frames;
    }
    benchmark::DoNotOptimize(rest);
  }
  state.SetItemsProcessed(frames);
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * stream.size()));
}
BENCHMARK(walk_frames)->Arg(8)->Arg(64)->Arg(1024)->Arg(16 * 1024);

void read_parse(benchmark::State& state) {
  std::string frame;
  pgwire::write_parse(frame, {"s1", "SELECT abalance FROM pgbench_accounts WHERE aid = $1", {}});
  const std::string_view body = std::string_view(frame).substr(pgwire::kHeaderBytes);
  for (auto _ : state) benchmark::DoNotOptimize(pgwire::read_parse(body));
}
BENCHMARK(read_parse);

void read_bind_head(benchmark::State& state) {
  std::string frame;
  pgwire::write_bind(frame, "", "s1");
  const std::string_view body = std::string_view(frame).substr(pgwire::kHeaderBytes);
  for (auto _ : state) benchmark::DoNotOptimize(pgwire::read_bind_head(body));
}
BENCHMARK(read_bind_head);

void write_refusal(benchmark::State& state) {
  std::string out;
  for (auto _ : state) {
    out.clear();
    pgwire::write_error(out, {.sqlstate = "42501", .message = "table \"users\" is not readable"});
    pgwire::write_ready_for_query(out, pgwire::TransactionStatus::Idle);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(write_refusal);

}  // namespace
