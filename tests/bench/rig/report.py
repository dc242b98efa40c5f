"""The table and the bars."""
import dataclasses
import statistics

from rig.cells import CELLS


@dataclasses.dataclass
class Bar:
    name: str
    value: float | None
    limit: float
    unit: str
    strict: bool = False        # below the limit, not at it
    note: str = ""
    skipped: str = ""

    def verdict(self):
        if self.skipped:
            return "SKIP"
        if self.value is None:
            return "FAIL"
        met = self.value < self.limit if self.strict else self.value <= self.limit
        return "PASS" if met else "FAIL"

    def line(self):
        value = self.skipped and f"skipped: {self.skipped}" or "no valid measurement"
        if self.value is not None:
            value = f"{number(self.value)} {self.unit}".strip()
        bound = f"{'<' if self.strict else '<='} {self.limit:g} {self.unit}".strip()
        return f"{self.verdict():4}  {self.name}: {value} (bar {bound}{self.note})"


def number(value):
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}"


def spread(values):
    if not values:
        return "-"
    middle = number(statistics.median(values))
    if len(values) == 1:
        return middle
    return f"{middle} ({number(min(values))} to {number(max(values))})"


QUIET_PERCENT = 25      # of a core: more use by others makes a cell noisy
LEAST_QUIET = 2         # rounds; with fewer the noisy ones count too


def figure(result, path):
    for key in path.split("."):
        result = result.get(key) if isinstance(result, dict) else None
    return result


class Rounds:
    """Looks figures up in the rounds. Noisy rounds count only for want of quiet ones."""

    def __init__(self, results):
        self.results = results
        self.numbers = sorted({key[0] for key in results})

    def rows(self, cell, names, path):
        """The figures of the named targets, for each round that has them all."""
        everything, quiet = [], []
        for round_number in self.numbers:
            cells = [self.results.get((round_number, name, cell), {}) for name in names]
            row = [figure(result, path) for result in cells]
            if None in row:
                continue
            everything.append(row)
            if all(result["foreign_percent"] <= QUIET_PERCENT for result in cells):
                quiet.append(row)
        return quiet if len(quiet) >= LEAST_QUIET else everything

    def values(self, target, cell, path):
        return [value for value, in self.rows(cell, [target], path)]

    def compared(self, target, base, cell, path, compare):
        """`compare(target, base)` of each round."""
        return [compare(a, b) for a, b in self.rows(cell, [target, base], path) if b]

    def ratios(self, target, base, cell, path):
        return self.compared(target, base, cell, path, lambda a, b: a / b)

    def added(self, target, cell, path):
        return self.compared(target, "direct", cell, path, lambda a, b: a - b)


ROWS = [
    ("small", "CPU us/request", "cpu_us_request"), ("small", "requests/s", "requests_per_second"),
    ("medium", "CPU us/request", "cpu_us_request"), ("large", "CPU us/request", "cpu_us_request"),
    ("paced", "CPU us/event", "cpu_us_event"), ("paced", "one way us, p50", "one_way_us.p50"),
    ("flood", "CPU us/event", "cpu_us_event"), ("rate", "p50 us", "latency_us.p50"),
    ("rate", "p99 us", "latency_us.p99"),
]


def table(results, targets):
    """Markdown: the median (least-most) of the rounds, and the ratios within a round."""
    rounds = Rounds(results)
    last = targets[-1]
    bases = [name for name in ("nginx", "floor") if name in targets and name != last]
    lines = [["what", *targets, *(f"{last} / {base}" for base in bases)]]
    measured = {key[2] for key in results}
    for cell, title, path in ROWS:
        if cell not in measured:
            continue
        row = [f"{CELLS[cell].title}: {title}"]
        row += [spread(rounds.values(target, cell, path)) for target in targets]
        row += [spread(rounds.ratios(last, base, cell, path)) for base in bases]
        lines.append(row)
        if cell == "rate":
            added = [spread(rounds.added(name, cell, path)) if name != "direct" else "-"
                     for name in targets]
            lines.append([f"{CELLS[cell].title}: added {title}", *added, *("-" for _ in bases)])
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    rule = ["-" * width for width in widths]
    return "\n".join("| " + " | ".join(c.ljust(w) for c, w in zip(line, widths)) + " |"
                     for line in [lines[0], rule, *lines[1:]])


def median(values):
    return statistics.median(values) if values else None


def bars(results, singles, selected, missing):
    """The bars of the selected parts. `missing` says why claif was not measured, if so."""
    rounds = Rounds(results)

    def single(part, key):
        return singles.get(part, {}).get(key)

    everything = [
        ("small", Bar("2 KB request, c=32: CPU/request, claif / nginx",
                      median(rounds.ratios("claif", "nginx", "small", "cpu_us_request")), 4.0, "",
                      note=", goal 2")),
        ("large", Bar("200 KB request, c=8: CPU/request, claif / floor",
                      median(rounds.ratios("claif", "floor", "large", "cpu_us_request")), 1.5, "")),
        ("paced", Bar("paced stream: CPU/event, claif / nginx",
                      median(rounds.ratios("claif", "nginx", "paced", "cpu_us_event")), 2.0, "")),
        ("rate", Bar("1,000 requests/s: added p50",
                     median(rounds.added("claif", "rate", "latency_us.p50")), 250, "us")),
        ("memory", Bar("memory after 100,000 requests", single("memory", "rss_mib"), 30, "MiB")),
        ("start", Bar("start to the first answer", single("start", "start_ms"), 50, "ms")),
        ("query", Bar("claif query: first byte", single("query", "first_byte_ms"), 20, "ms")),
        ("query", Bar("claif query: peak memory", single("query", "peak_rss_mib"), 25, "MiB",
                      strict=True)),
        ("approval", Bar("one approval call through a plugin: added",
                         single("approval", "added_ns"), 30, "ns")),
    ]
    for part, bar in everything:
        bar.skipped = single(part, "skipped") or (missing if part != "approval" else "") or ""
    return [bar for part, bar in everything if part in selected]
