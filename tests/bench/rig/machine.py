"""The machine under the benchmark: its cores, and what other processes take of them."""
import contextlib
import os

TICKS = os.sysconf("SC_CLK_TCK")


def cores():
    """(core of the gateway, core of the load generator and the upstream); None with one core."""
    usable = sorted(os.sched_getaffinity(0))
    return (usable[-1], usable[0]) if len(usable) > 1 else None


@contextlib.contextmanager
def pinned(core):
    """Processes started inside run on that core, which a child inherits."""
    before = os.sched_getaffinity(0)
    if core is not None:
        os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def stat_fields(pid):
    """The fields of /proc/PID/stat after the name, or None when the process is gone."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()
    except OSError:
        return None


def tree(root):
    """The process and its descendants."""
    children = {}
    for name in os.listdir("/proc"):
        fields = stat_fields(name) if name.isdigit() else None
        if fields:
            children.setdefault(int(fields[1]), []).append(int(name))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def cpu_seconds(pids):
    total = 0.0
    for pid in pids:
        fields = stat_fields(pid)
        if fields:
            total += (int(fields[11]) + int(fields[12])) / TICKS
    return total


class Noise:
    """Measures the share of a core that others used while a cell ran.

    `pids` are the benchmark's own processes; ended children of this process count as its own too.
    """

    def __init__(self, pids):
        self.pids = [member for pid in pids for member in tree(pid)]
        self.start = self._read()

    def _read(self):
        with open("/proc/stat") as file:
            # user nice system idle iowait irq softirq steal
            values = [int(x) / TICKS for x in file.readline().split()[1:9]]
        times = os.times()
        own = times.user + times.system + times.children_user + times.children_system
        own += cpu_seconds(self.pids)
        return sum(values[:3]) + sum(values[5:7]), own, times.elapsed

    def percent(self):
        busy, own, at = (end - start for start, end in zip(self.start, self._read()))
        return 100 * max(0.0, busy - own) / at
