"""Starting, asking and ending the processes of the benchmark."""
import json
import os
import signal
import socket
import subprocess
import time

from rig import bodies, machine

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OPENAI_HEADERS = ["Authorization: Bearer bench-key"]
ANTHROPIC_HEADERS = ["x-api-key: bench-key", "anthropic-version: 2023-06-01"]


class RigError(Exception):
    """The benchmark cannot go on, or a part of it has no result."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(command, core, log, env=None):
    """Starts a process whose output goes to `log`."""
    with open(log, "ab") as out, machine.pinned(core):
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                env=env, cwd=os.path.dirname(log), start_new_session=True)


def stop(process):
    """Ends a process and what it started."""
    if process is None or process.poll() is not None:
        return
    members = machine.tree(process.pid)
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pid in members[1:]:
        try:
            os.kill(pid, signal.SIGKILL)
        except OSError:
            pass


def start_upstream(program, core, log):
    """Starts the fake upstream; returns (process, port)."""
    with machine.pinned(core), open(log, "ab") as err:
        process = subprocess.Popen([program, "0"], stdin=subprocess.DEVNULL, stderr=err,
                                   stdout=subprocess.PIPE, text=True, start_new_session=True)
    line = process.stdout.readline()
    if "http://127.0.0.1:" not in line:
        raise RigError(f"{program} did not start; see {log}")
    return process, int(line.rsplit(":", 1)[1])


def request_bytes(target, port):
    with open(bodies.path(target.api, "2k", target.rig.work)) as file:
        body = file.read().replace("@MODEL@", "claude-mock").replace("@STREAM@", "false").encode()
    head = [f"POST {target.path} HTTP/1.1", f"Host: 127.0.0.1:{port}", *target.headers,
            "Content-Type: application/json", f"Content-Length: {len(body)}", "Connection: close"]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def answers(target, port, timeout):
    """Sends one request; True when a good, translated answer comes back."""
    got = b""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout) as connection:
            connection.sendall(request_bytes(target, port))
            while target.expect.encode() not in got:
                piece = connection.recv(65536)
                if not piece:
                    return False
                got += piece
    except OSError:
        return False
    return got.startswith(b"HTTP/1.1 200")


def wait_for_answer(target, port, process, log, seconds=30, request_seconds=5):
    """Asks until the first good answer comes."""
    end = time.monotonic() + seconds
    while not answers(target, port, request_seconds):
        if process.poll() is not None:
            raise RigError(f"{target.name} ended with status {process.returncode}; see {log}")
        if time.monotonic() > end:
            raise RigError(f"{target.name} gave no good answer in {seconds} s; see {log}")
        time.sleep(0.0005)


def run_load(program, core, arguments, timeout=600):
    """Runs the load generator and returns what it measured."""
    with machine.pinned(core):
        done = subprocess.run([program, *arguments], capture_output=True, text=True,
                              timeout=timeout, check=False)
    try:
        return json.loads(done.stdout)
    except ValueError:
        text = done.stderr or done.stdout or "bench_load printed nothing"
        raise RigError(text.strip()) from None
