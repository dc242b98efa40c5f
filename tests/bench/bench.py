#!/usr/bin/env python3
"""Measures claif beside a plain proxy and the least translator, and checks the bars.

The gateway has one core for itself; the load generator and the fake upstream share another. See the
README for what the figures mean. Needs python3 and nginx, and the programs of this folder built.
"""
import argparse
import json
import os
import statistics
import sys
import tempfile

from rig import cells, machine, processes, report, singles, targets
from rig.processes import RigError

REPOSITORY = os.path.dirname(os.path.dirname(processes.ROOT))
PROGRAMS = ("bench_upstream", "bench_load", "bench_floor", "bench_spawn")
PARTS = [*cells.CELLS, *singles.WITH_GATEWAY, *singles.WITHOUT_GATEWAY]


def built_claif(build):
    """The program in a build folder."""
    places = [os.path.join(build, folder, "claif") for folder in ("bin", "host")]
    return next(filter(os.path.exists, places), places[0])


class Rig:
    """What all parts of a run share."""

    def __init__(self, options, claif_home):
        self.options = options
        self.bin = os.path.join(options.build, "tests", "bench")
        self.work = os.path.join(options.build, "bench")
        self.claif = options.claif or built_claif(options.build)
        self.claif_home = claif_home
        self.gateway_core, self.load_core = machine.cores() or (None, None)
        self.errors = []
        self.missing = ""
        os.makedirs(self.work, exist_ok=True)
        for name in PROGRAMS:
            if not os.path.exists(self.program(name)):
                raise RigError(f"{self.program(name)} is missing: build with CLAIF_BUILD_BENCH=ON")
        self.targets = self.make_targets()

    def make_targets(self):
        kinds = list(targets.ALL)
        if not os.path.exists(self.claif):
            self.missing = f"{self.claif} is missing"
            if not self.options.allow_missing:
                raise RigError(f"{self.missing}: build it, or give --allow-missing")
            self.say(f"claif is left out: {self.missing}")
            kinds.remove(targets.Claif)
        return [kind(self) for kind in kinds]

    def program(self, name):
        return os.path.join(self.bin, name)

    def start_upstream(self):
        log = os.path.join(self.work, "upstream.log")
        return processes.start_upstream(self.program("bench_upstream"), self.load_core, log)

    @staticmethod
    def say(text):
        print(text, file=sys.stderr, flush=True)


def run_singles(rig, selected):
    """{part: figures} of claif; what fails has none, and its bar fails."""
    results = {}
    gateway = rig.targets[-1]
    tasks = {} if rig.missing else {name: lambda run=run: run(rig, gateway)
                                    for name, run in singles.WITH_GATEWAY.items()}
    for name, run in singles.WITHOUT_GATEWAY.items():
        tasks[name] = lambda run=run: run(rig)
    for name, task in tasks.items():
        if name not in selected:
            continue
        try:
            results[name] = task()
            rig.say(f"{name}: {json.dumps(results[name])}")
        except RigError as error:
            rig.say(f"{name}: {error}")
            rig.errors.append(f"{name}: {error}")
    return results


def noise_line(results):
    values = [result["foreign_percent"] for result in results.values()]
    noisy = sum(value > report.QUIET_PERCENT for value in values)
    return (f"Noise: other processes used a median of {statistics.median(values):.0f} % of a core "
            f"during the cells (most {max(values):.0f} %); {noisy} of {len(values)} cells had more "
            f"than {report.QUIET_PERCENT} % and count only where fewer than {report.LEAST_QUIET} "
            f"quiet rounds are left.")


def print_report(rig, results, single_results, selected):
    if results:
        print(report.table(results, [target.name for target in rig.targets]))
        print("\nMedian (least to most) of the rounds. "
              "The CPU of `direct` is the fake upstream's own.")
        print(noise_line(results))
    for name, figures in single_results.items():
        text = ", ".join(f"{key} {value if key == 'skipped' else report.number(value)}"
                         for key, value in figures.items())
        print(f"{name}: {text}")
    for error in rig.errors:
        print(f"error: {error}")
    bars = report.bars(results, single_results, selected, rig.missing)
    print()
    for bar in bars:
        print(bar.line())
    return bars


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="2 short rounds: a look, no verdict")
    parser.add_argument("--rounds", type=int, help="default 5")
    parser.add_argument("--seconds", type=float, help="of a cell; default 2")
    parser.add_argument("--build", default=os.path.join(REPOSITORY, "build", "release"),
                        help="the build folder (default build/release)")
    parser.add_argument("--claif", help="the program (default: the one in the build folder)")
    parser.add_argument("--only", help="comma-separated parts: " + ", ".join(PARTS))
    parser.add_argument("--json", help="write all figures to this file")
    parser.add_argument("--check", action="store_true", help="exit with 1 when a bar is not met")
    parser.add_argument("--allow-missing", action="store_true", help="go on without claif")
    options = parser.parse_args()
    quick = options.quick
    options.rounds = options.rounds or (2 if quick else 5)
    options.seconds = options.seconds or (1.0 if quick else 2.0)
    options.warm = 0.3 if quick else 1.0
    options.starts, options.queries = (3, 5) if quick else (10, 20)
    options.build = os.path.abspath(options.build)
    options.claif = options.claif and os.path.abspath(options.claif)
    selected = options.only.split(",") if options.only else PARTS
    unknown = [name for name in selected if name not in PARTS]
    if unknown:
        parser.error(f"unknown part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    return options, selected


def main():
    options, selected = parse_arguments()
    try:
        with tempfile.TemporaryDirectory(prefix="claif-bench-") as claif_home:
            rig = Rig(options, claif_home)
            names = [name for name in cells.CELLS if name in selected]
            results = cells.run_rounds(rig, names) if names else {}
            single_results = run_singles(rig, selected)
    except RigError as error:
        sys.exit(f"bench: {error}")
    bars = print_report(rig, results, single_results, selected)
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"rounds": [{"round": key[0], "target": key[1], "cell": key[2], **value}
                                  for key, value in results.items()],
                       "singles": single_results,
                       "bars": [{**vars(bar), "verdict": bar.verdict()} for bar in bars],
                       "errors": rig.errors}, file, indent=1)
    if options.check and any(bar.verdict() == "FAIL" for bar in bars):
        sys.exit(1)


if __name__ == "__main__":
    main()
