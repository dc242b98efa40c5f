"""What is measured: no gateway at all, a plain proxy, the least translator, and claif."""
import json
import os
import shutil

from rig import processes
from rig.processes import ANTHROPIC_HEADERS, OPENAI_HEADERS, ROOT, RigError

CLAIF_CONFIG = {
    "approval": {"use": "allow-list", "config": {"tools": ["read_file"]}},
    "hooks": [{"use": "rate-limit", "config": {"requests_per_minute": 100000000}}],
    "observers": [{"use": "metrics"}],
    "cache": {"mode": "off"},
}


class Target:
    """A server that takes requests; subclasses say how it is started."""
    name = ""
    api = "openai"

    def __init__(self, rig):
        self.rig = rig
        openai = self.api == "openai"
        self.path = "/v1/chat/completions" if openai else "/v1/messages"
        self.headers = OPENAI_HEADERS if openai else ANTHROPIC_HEADERS
        self.expect = '"chat.completion"' if openai else '"type":"message"'
        self.expect_stream = '"chat.completion.chunk"' if openai else '"message_stop"'
        self.log = os.path.join(rig.work, f"{self.name}.log")

    def command(self, port, upstream_port):
        raise NotImplementedError

    def environment(self):
        return None

    def launch(self, upstream_port, prefix=()):
        """Starts it on a free port, without waiting for it; returns (process, port)."""
        port = processes.free_port()
        command = [*prefix, *self.command(port, upstream_port)]
        core = None if prefix else self.rig.gateway_core
        return processes.start(command, core, self.log, self.environment()), port


class Direct(Target):
    """The load generator straight at the upstream. Its CPU figures are those of the upstream."""
    name = "direct"
    api = "anthropic"


class Nginx(Target):
    """A plain reverse proxy, one worker, no translation: the limit of an event-driven proxy."""
    name = "nginx"
    api = "anthropic"

    def __init__(self, rig):
        super().__init__(rig)
        self.program = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
        if not self.program:
            raise RigError("nginx is not installed")

    def command(self, port, upstream_port):
        with open(os.path.join(ROOT, "nginx.conf.in")) as file:
            text = file.read()
        for key, value in (("WORK", self.rig.work), ("PORT", port), ("UPSTREAM", upstream_port)):
            text = text.replace("{" + key + "}", str(value))
        conf = os.path.join(self.rig.work, "nginx.conf")
        with open(conf, "w") as file:
            file.write(text)
        return [self.program, "-e", os.path.join(self.rig.work, "nginx.log"), "-p", self.rig.work,
                "-c", conf]


class Floor(Target):
    """The least C++ that translates."""
    name = "floor"

    def command(self, port, upstream_port):
        return [self.rig.program("bench_floor"), str(port), str(upstream_port)]


class Claif(Target):
    """claif with its full pipeline: a hook, an observer and an approval strategy loaded."""
    name = "claif"

    def __init__(self, rig):
        super().__init__(rig)
        self.config = os.path.join(rig.work, "claif.json")
        with open(self.config, "w") as file:
            json.dump(CLAIF_CONFIG, file)

    def command(self, port, upstream_port):
        return [self.rig.claif, "serve", "--port", str(port), "--set", "transport.use=anthropic",
                "--set", f"transport.config.base_url=http://127.0.0.1:{upstream_port}",
                "--config", self.config]

    def environment(self):
        env = {key: value for key, value in os.environ.items()
               if not key.startswith(("CLAIF_", "ANTHROPIC_", "OPENAI_"))}
        return {**env, "CLAIF_HOME": self.rig.claif_home, "ANTHROPIC_API_KEY": "bench-key"}


ALL = [Direct, Nginx, Floor, Claif]
