# SPDX-License-Identifier: Apache-2.0
"""Medians over the rounds, as Markdown tables. Ratios are medians of each round's ratio: what the
machine did to one round it did to all targets of that round."""

from statistics import median

BASELINE = "pgbouncer"


def over_rounds(samples, field):
    return median(getattr(sample, field) for sample in samples)


def ratio(samples, others, field):
    pairs = [(getattr(a, field), getattr(b, field)) for a, b in zip(samples, others)]
    known = [a / b for a, b in pairs if b]
    return f"{median(known):.2f}" if known and any(a for a, _ in pairs) else "–"


def compared(name):
    """The series without rules that one with rules is compared with."""
    return name.replace("20 rules", "no rules")


def table(heading, columns, rows):
    lines = [f"### {heading}", "", "| target | " + " | ".join(columns) + " |",
             "|---|" + "---:|" * len(columns)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def cpu_columns(samples, results):
    cpu, share = over_rounds(samples, "cpu_us"), over_rounds(samples, "system_share")
    if not cpu:
        return ["–", "–", "–"]
    return [f"{cpu:.1f}", f"{share:.0%}", ratio(samples, results[BASELINE], "cpu_us")]


def transactions(heading, results):
    """results: target -> one Sample a round."""
    rows = [[name, f"{over_rounds(samples, 'rate'):,.0f}",
             f"{over_rounds(samples, 'latency_us'):.0f}", f"{over_rounds(samples, 'p99_us'):.0f}",
             ratio(samples, results["direct"], "rate"), ratio(samples, results[BASELINE], "rate"),
             *cpu_columns(samples, results)] for name, samples in results.items()]
    return table(heading, ["tps", "average µs", "p99 µs", "tps / direct", "tps / pgbouncer",
                           "CPU µs a transaction", "of it system", "CPU / pgbouncer"], rows)


def connections(heading, results):
    rows = [[name, f"{over_rounds(samples, 'rate'):,.0f}",
             ratio(samples, results["direct"], "rate"), ratio(samples, results[BASELINE], "rate"),
             *cpu_columns(samples, results)] for name, samples in results.items()]
    return table(heading, ["connections a second", "/ direct", "/ pgbouncer",
                           "CPU µs a connection", "of it system", "CPU / pgbouncer"], rows)


def streams(heading, results):
    rows = [[name, f"{over_rounds(samples, 'rate') / 1e6:,.0f}",
             ratio(samples, results["direct"], "rate"), ratio(samples, results[BASELINE], "rate"),
             *cpu_columns(samples, results)] for name, samples in results.items()]
    return table(heading, ["MB/s", "/ direct", "/ pgbouncer", "CPU µs a MB", "of it system",
                           "CPU / pgbouncer"], rows)


def policies(heading, results):
    """With rules against the same build without."""
    rows = [[name, f"{over_rounds(samples, 'rate'):,.0f}", f"{over_rounds(samples, 'p99_us'):.0f}",
             f"{over_rounds(samples, 'cpu_us'):.1f}",
             ratio(samples, results[compared(name)], "cpu_us")] for name, samples in results.items()]
    return table(heading, ["tps", "p99 µs", "CPU µs a transaction", "CPU / no rules"], rows)


def layers(heading, results):
    """Each against the first, which has none of them."""
    base = next(iter(results.values()))
    rows = [[name, f"{over_rounds(samples, 'rate'):,.0f}", f"{over_rounds(samples, 'p99_us'):.0f}",
             f"{over_rounds(samples, 'cpu_us'):.1f}", ratio(samples, base, "cpu_us")]
            for name, samples in results.items()]
    return table(heading, ["tps", "p99 µs", "CPU µs a transaction", "CPU / first"], rows)


def within(samples, seconds):
    """The share of all verdicts that took at most so long."""
    total = sum(sample.verdicts[float("inf")] for sample in samples)
    return sum(sample.verdicts[seconds] for sample in samples) / total if total else 0


def percentile(samples, share):
    """The least bound of the histogram that so many verdicts keep to."""
    bounds = sorted(samples[0].verdicts)
    return next(bound for bound in bounds if within(samples, bound) >= share)


def microseconds(bound):
    return "more" if bound == float("inf") else f"≤ {bound * 1e6:.0f}"


def verdicts(heading, results):
    rows = [[name, f"{over_rounds(samples, 'rate'):,.0f}", f"{over_rounds(samples, 'p99_us'):,.0f}",
             f"{sum(sample.verdicts[float('inf')] for sample in samples):,.0f}",
             *(microseconds(percentile(samples, share)) for share in (0.5, 0.99, 0.999)),
             f"{within(samples, 0.001):.3%}"] for name, samples in results.items()]
    return table(heading, ["statements a second", "client's p99 µs", "verdicts", "p50 µs", "p99 µs",
                           "p99.9 µs", "within 1 ms"], rows)
