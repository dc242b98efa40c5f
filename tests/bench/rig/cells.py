"""The cells: one kind of load on one target for a few seconds."""
import dataclasses

from rig import bodies, machine, processes
from rig.processes import RigError


@dataclasses.dataclass(frozen=True)
class Cell:
    title: str
    load: tuple
    body: str = "2k"
    model: str = "claude-mock"
    stream: bool = False
    events: int = 0         # ordered of each stream
    stretch: int = 1        # few requests a second: more time


CELLS = {
    "small": Cell("2 KB request, c=32", ("--connections", "32")),
    "medium": Cell("20 KB request, c=32", ("--connections", "32"), body="20k"),
    "large": Cell("200 KB request, c=8", ("--connections", "8"), body="200k"),
    "paced": Cell("paced stream, c=16", ("--connections", "16"), model="claude-mock-e100-d5000",
                  stream=True, events=100, stretch=2),
    "flood": Cell("flood stream, c=8", ("--connections", "8"), model="claude-mock-e200",
                  stream=True, events=200),
    "rate": Cell("1,000 requests/s", ("--connections", "64", "--rate", "1000"), stretch=2),
    "body1": Cell("1 KB request, c=32", ("--connections", "32"), body="1k"),
    "body10": Cell("10 KB request, c=32", ("--connections", "32"), body="10k"),
    "body100": Cell("100 KB request, c=8", ("--connections", "8"), body="100k"),
    # Both of them with 6,400 events a second: only the number of the streams differs.
    "paced64": Cell("paced stream, c=64", ("--connections", "64"), stream=True,
                    model="claude-mock-e100-d10000", events=100, stretch=2),
    "paced256": Cell("paced stream, c=256", ("--connections", "256"), stream=True,
                     model="claude-mock-e25-d40000", events=25, stretch=2),
    "first": Cell("100 streams/s", ("--connections", "64", "--rate", "100"), stream=True,
                  model="claude-mock-e20-d5000", events=20, stretch=2),
}


def load_arguments(target, port, cell, pid):
    arguments = ["--port", str(port), "--path", target.path, "--model", cell.model,
                 "--body", bodies.path(target.api, cell.body, target.rig.work), *cell.load,
                 "--expect", target.expect_stream if cell.stream else target.expect]
    for header in target.headers:
        arguments += ["--header", header]
    if cell.stream:
        arguments.append("--stream")
    if pid:
        arguments += ["--pid", str(pid)]
    return arguments


def check(cell, result):
    """Raises when the answers are not what the cell orders: then its figures mean nothing."""
    if result["failed"] or not result["succeeded"]:
        raise RigError(f"{result['failed']} of {result['failed'] + result['succeeded']} requests "
                       f"failed: {result.get('first_failure', 'no answer came')}")
    # Streams that the end of the window cuts off blur the count.
    if cell.events and result["events"] / result["succeeded"] < 0.8 * cell.events:
        raise RigError(f"{result['events'] / result['succeeded']:.0f} events a stream came, "
                       f"{cell.events} were ordered")


def run_cell(rig, target, name, port, pid, upstream):
    cell = CELLS[name]
    arguments = load_arguments(target, port, cell, pid) + [
        "--warm", str(rig.options.warm), "--seconds", str(rig.options.seconds * cell.stretch)]
    noise = machine.Noise({pid, upstream.pid})
    result = processes.run_load(rig.program("bench_load"), rig.load_core, arguments)
    result["foreign_percent"] = round(noise.percent(), 1)
    check(cell, result)
    return result


def run_target(rig, target, names, round_number):
    """All cells on one freshly started target; yields (cell name, result or RigError)."""
    upstream, upstream_port = rig.start_upstream()
    process, port = None, upstream_port
    try:
        if target.name != "direct":
            process, port = target.launch(upstream_port)
            processes.wait_for_answer(target, port, process, target.log)
        pid = (process or upstream).pid
        for name in names:
            try:
                yield name, run_cell(rig, target, name, port, pid, upstream)
            except RigError as error:
                yield name, RigError(f"round {round_number + 1}, {target.name}, {name}: {error}")
    finally:
        processes.stop(process)
        processes.stop(upstream)


def run_rounds(rig, names):
    """Interleaved rounds, odd ones in reverse order, so that drift meets all targets alike.

    Returns {(round, target, cell): result}.
    """
    results = {}
    for number in range(rig.options.rounds):
        order = rig.targets if number % 2 == 0 else rig.targets[::-1]
        for target in order:
            for name, result in run_target(rig, target, names, number):
                if isinstance(result, RigError):
                    rig.say(str(result))
                    rig.errors.append(str(result))
                    continue
                results[number, target.name, name] = result
                rig.say(f"round {number + 1} {target.name:6} {name:6} "
                        f"{result['requests_per_second']:9.0f} requests/s, "
                        f"{result['cpu_us_request']:9.1f} us CPU/request, "
                        f"others {result['foreign_percent']:.0f} % of a core")
    return results
