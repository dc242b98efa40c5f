"""The figures that need no rounds: memory, start-up, the command line, instructions, one call."""
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import tempfile
import time

from rig import bodies, cells, machine, processes
from rig.processes import RigError

MEMORY_REQUESTS = 100000
FEW, MANY = 200, 1200       # requests of the two runs that are compared for instructions
VALGRIND_SECONDS = 120


def with_gateway(rig, target, use):
    """Runs `use(process, port)` on a fresh gateway with its own upstream."""
    upstream, upstream_port = rig.start_upstream()
    process = None
    try:
        process, port = target.launch(upstream_port)
        processes.wait_for_answer(target, port, process, target.log)
        return use(process, port)
    finally:
        processes.stop(process)
        processes.stop(upstream)


def memory(rig, target):
    """Resident MiB after many requests."""
    def use(process, port):
        arguments = cells.load_arguments(target, port, cells.CELLS["small"], process.pid)
        result = processes.run_load(rig.program("bench_load"), rig.load_core,
                                    arguments + ["--requests", str(MEMORY_REQUESTS)])
        cells.check(cells.CELLS["small"], result)
        return {"rss_mib": result["rss_kb"] / 1024, "peak_rss_mib": result["peak_rss_kb"] / 1024}
    return with_gateway(rig, target, use)


def start_up(rig, target):
    """Median ms from the start of the process to its first answer."""
    times = []
    for _ in range(rig.options.starts):
        upstream, upstream_port = rig.start_upstream()
        process = None
        try:
            begin = time.monotonic()
            process, port = target.launch(upstream_port)
            processes.wait_for_answer(target, port, process, target.log)
            times.append((time.monotonic() - begin) * 1e3)
        finally:
            processes.stop(process)
            processes.stop(upstream)
    return {"start_ms": statistics.median(times)}


def query(rig, target):
    """First byte and peak memory of one question on the command line, with the mock transport."""
    runs = []
    with tempfile.TemporaryDirectory(dir=rig.work) as home:
        env = {**target.environment(), "CLAIF_HOME": home}
        command = [rig.program("bench_spawn"), rig.claif, "query", "--set", "transport.use=mock",
                   "hello"]
        for _ in range(rig.options.queries):
            with machine.pinned(rig.gateway_core):
                done = subprocess.run(command, capture_output=True, text=True, env=env, cwd=home,
                                      stdin=subprocess.DEVNULL, timeout=60, check=False)
            result = json.loads(done.stdout) if done.stdout else {"status": done.returncode}
            if result["status"] != 0 or result["bytes"] == 0:
                raise RigError(f"claif query gave status {result['status']}: {done.stderr.strip()}")
            runs.append(result)
    return {"first_byte_ms": statistics.median(run["first_byte_ms"] for run in runs),
            "peak_rss_mib": statistics.median(run["peak_rss_kb"] for run in runs) / 1024}


def count_instructions(rig, target, requests):
    """User-space instructions of a gateway's life with so many requests, under callgrind."""
    upstream, upstream_port = rig.start_upstream()
    process = None
    log = os.path.join(rig.work, f"{target.name}.log")
    offset = os.path.getsize(log) if os.path.exists(log) else 0
    try:
        process, port = target.launch(upstream_port, prefix=(
            "valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"))
        processes.wait_for_answer(target, port, process, log, VALGRIND_SECONDS, VALGRIND_SECONDS)
        cell = cells.Cell("", ("--connections", "1", "--requests", str(requests)))
        arguments = cells.load_arguments(target, port, cell, None)
        cells.check(cell, processes.run_load(rig.program("bench_load"), None, arguments))
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    finally:
        processes.stop(process)
        processes.stop(upstream)
    with open(log, errors="replace") as file:
        file.seek(offset)
        found = re.findall(r"Collected : (\d+)", file.read())
    if not found:
        raise RigError(f"callgrind reported no count for {target.name}; see {log}")
    return int(found[-1])


def instructions(rig, target):
    """Instructions a request: the difference of two runs leaves start and end out."""
    if not shutil.which("valgrind"):
        return {"skipped": "valgrind is not installed"}
    difference = count_instructions(rig, target, MANY) - count_instructions(rig, target, FEW)
    return {"instructions_request": difference / (MANY - FEW)}


def run_program(rig, name, key, *arguments):
    """The line of JSON with the member `key` that a program of the rig prints."""
    program = rig.program(name)
    if not os.path.exists(program):
        return {"skipped": f"{name} is not built"}
    with machine.pinned(rig.gateway_core):
        done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=120,
                              check=False)
    for line in done.stdout.splitlines():
        if line.startswith("{") and key in line:
            return json.loads(line)
    raise RigError(f"{name} gave no figures: {(done.stderr or done.stdout).strip()}")


def approval_call(rig):
    """Nanoseconds of one approval call through a plugin, compared with a direct call."""
    result = run_program(rig, "bench_approval_call", "plugin_ns")
    if "skipped" in result:
        return result
    return {**result, "added_ns": result["plugin_ns"] - result["direct_ns"]}


def huge_request(rig):
    """The translation of a request of 5 MB, compared with reading and writing its JSON."""
    return run_program(rig, "bench_request_body", "ratio",
                       bodies.path("openai", "200k", rig.work))


WITH_GATEWAY = {"memory": memory, "start": start_up, "query": query, "instructions": instructions}
WITHOUT_GATEWAY = {"approval": approval_call, "huge": huge_request}
