"""A site that runs: `manage.py serve` in a process of its own, over real HTTP."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests import servers


class Server:
    """A running `manage.py serve` and its address."""

    def __init__(self, environ: dict[str, str], log: Path) -> None:
        self.port = free_port()
        self.log = log
        with log.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "serve"],
                cwd=servers.ROOT,
                env=os.environ | environ | {"PORT": str(self.port)},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def get(
        self, path: str, host: str = "", timeout: float = 10
    ) -> tuple[int, str, dict[str, str]]:
        """Return status, body and headers of one GET."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}")
        if host:
            request.add_header("Host", host)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return answer.status, answer.read().decode(), dict(answer.headers)
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(), dict(error.headers)

    def wait(self) -> None:
        """Return when /livez answers."""
        for _ in range(300):
            assert self.process.poll() is None, self.log.read_text()
            try:
                if self.get("/livez")[0] == 200:
                    return
            except OSError:
                time.sleep(0.1)
        raise AssertionError(self.log.read_text())

    def stop(self, sent: int = signal.SIGINT) -> int:
        """End the server as Ctrl-C does and return its exit code."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, sent)
        return self.process.wait(timeout=30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
