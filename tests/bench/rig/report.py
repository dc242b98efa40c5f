"""The table and the bars."""
import dataclasses
import statistics

from rig.cells import CELLS
from rig.singles import WITHOUT_GATEWAY


@dataclasses.dataclass
class Bar:
    name: str
    values: list        # of the rounds; the median counts
    limit: float
    unit: str
    strict: bool = False        # below the limit, not at it
    note: str = ""
    skipped: str = ""

    def verdict(self):
        if self.skipped:
            return "SKIP"
        if not self.values:
            return "FAIL"
        value = statistics.median(self.values)
        met = value < self.limit if self.strict else value <= self.limit
        return "PASS" if met else "FAIL"

    def line(self):
        value = self.skipped and f"skipped: {self.skipped}" or "no valid measurement"
        if self.values:
            value = f"{spread(self.values)} {self.unit}".strip()
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
    ("body1", "CPU us/request", "cpu_us_request"), ("body1", "p50 us", "latency_us.p50"),
    ("body10", "CPU us/request", "cpu_us_request"), ("body10", "p50 us", "latency_us.p50"),
    ("body100", "CPU us/request", "cpu_us_request"), ("body100", "p50 us", "latency_us.p50"),
    ("paced", "CPU us/event", "cpu_us_event"), ("paced", "one way us, p50", "one_way_us.p50"),
    ("paced64", "CPU us/event", "cpu_us_event"), ("paced64", "one way us, p50", "one_way_us.p50"),
    ("paced256", "CPU us/event", "cpu_us_event"), ("paced256", "one way us, p50", "one_way_us.p50"),
    ("flood", "CPU us/event", "cpu_us_event"), ("first", "first token us, p50", "first_token_us.p50"),
    ("rate", "p50 us", "latency_us.p50"), ("rate", "p99 us", "latency_us.p99"),
]
ADDED = ("rate", "first")       # cells whose figures stand against those of `direct`


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
        if cell in ADDED:
            added = [spread(rounds.added(name, cell, path)) if name != "direct" else "-"
                     for name in targets]
            lines.append([f"{CELLS[cell].title}: added {title}", *added, *("-" for _ in bases)])
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    rule = ["-" * width for width in widths]
    return "\n".join("| " + " | ".join(c.ljust(w) for c, w in zip(line, widths)) + " |"
                     for line in [lines[0], rule, *lines[1:]])


def bars(results, singles, selected, missing):
    """The bars of the selected parts. `missing` says why claif was not measured, if so."""
    rounds = Rounds(results)

    def single(part, *keys):
        figures = singles.get(part, {})
        return [figures[key] for key in keys if key in figures]

    def ratio(part, base, path, limit, note=""):
        what = path.removeprefix("cpu_us_")
        return part, Bar(f"{CELLS[part].title}: CPU/{what}, claif / {base}",
                         rounds.ratios("claif", base, part, path), limit, "", note=note)

    everything = [
        ratio("small", "nginx", "cpu_us_request", 4.0, ", goal 2"),
        ratio("large", "floor", "cpu_us_request", 1.2),
        ratio("paced", "nginx", "cpu_us_event", 1.5),
        ratio("paced64", "nginx", "cpu_us_event", 1.5),
        ratio("paced256", "nginx", "cpu_us_event", 1.5),
        ("flood", Bar(f"{CELLS['flood'].title}: CPU/event, claif",
                      rounds.values("claif", "flood", "cpu_us_event"), 2.5, "us")),
        ("first", Bar("100 streams/s: added time to the first token, p50",
                      rounds.added("claif", "first", "first_token_us.p50"), 200, "us")),
        ("rate", Bar("1,000 requests/s: added p50",
                     rounds.added("claif", "rate", "latency_us.p50"), 250, "us")),
        ("huge", Bar("5 MB request: translation / (parse + serialisation)",
                     single("huge", "ratio_least", "ratio", "ratio_most"), 2.5, "")),
        ("memory", Bar("memory after 100,000 requests", single("memory", "rss_mib"), 30, "MiB")),
        ("start", Bar("start to the first answer", single("start", "start_ms"), 50, "ms")),
        ("query", Bar("claif query: first byte", single("query", "first_byte_ms"), 20, "ms")),
        ("query", Bar("claif query: peak memory", single("query", "peak_rss_mib"), 25, "MiB",
                      strict=True)),
        ("approval", Bar("one approval call through a plugin: added",
                         single("approval", "added_ns"), 30, "ns")),
        ("approval", Bar("a decision by the allow list, with the digest of 400 bytes",
                         single("approval", "decision_ns"), 1000, "ns")),
        ("approval", Bar("a decision by the command strategy",
                         single("approval", "command_ns"), 20000, "ns")),
    ]
    for part, bar in everything:
        bar.skipped = (singles.get(part, {}).get("skipped")
                       or ("" if part in WITHOUT_GATEWAY else missing))
    return [bar for part, bar in everything if part in selected]
