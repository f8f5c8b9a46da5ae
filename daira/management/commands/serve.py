"""`manage.py serve`: granian in the foreground, until Ctrl-C."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from skeletal.management.console import one_sentence
from skeletal.management.initialize import cleanup

WORKER_SECONDS = 10


class Command(BaseCommand):
    """Starts the server in a session of its own: a terminal's Ctrl-C reaches this process alone,
    which passes it on once, so that no worker dies before its master knows why."""

    help = "Serve HTTP on HOST:PORT with WEB_WORKERS processes of WEB_THREADS threads."

    def handle(self, *args: Any, **options: Any) -> None:
        self._require_free_port()
        with one_sentence():
            self.check(databases=["default"])
        cleanup()
        self._empty_metrics_folder()
        address = f"http://{settings.HOST}:{settings.PORT}"
        self.stdout.write(f"Serving {address} (admin: /admin/, API: /api/docs/). Ctrl-C stops.")
        self.stdout.flush()
        sys.exit(self._serve())

    def _serve(self) -> int:
        web = subprocess.Popen(  # noqa: S603 - our own interpreter and arguments
            [sys.executable, "-m", "granian", *self._arguments()],
            env=os.environ | {"DAIRA_PROCESS": "web"},
            start_new_session=True,
        )
        worker = self._start_worker() if settings.SERVE_WORKER else None
        for caught in (signal.SIGINT, signal.SIGTERM):
            signal.signal(caught, lambda *_: web.terminate())
        try:
            return web.wait()
        finally:
            if worker:
                self._stop_worker(worker)

    def _start_worker(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(  # noqa: S603 - our own interpreter and arguments
            [sys.executable, str(settings.BASE_DIR / "manage.py"), "worker", "--with-parent"],
            start_new_session=True,
        )

    def _stop_worker(self, worker: "subprocess.Popen[bytes]") -> None:
        """It ends after its turn; one that takes long is killed, and nothing is lost."""
        worker.terminate()
        try:
            worker.wait(WORKER_SECONDS)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()

    def _arguments(self) -> list[str]:
        return [
            "daira.wsgi:application",
            "--interface=wsgi",
            f"--host={settings.HOST}",
            f"--port={settings.PORT}",
            f"--workers={settings.WEB_WORKERS}",
            f"--blocking-threads={settings.WEB_THREADS}",
            "--respawn-failed-workers",
            "--workers-kill-timeout=10",
            "--log-level=warning",
        ]

    def _require_free_port(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.HOST, settings.PORT))
            except OSError as error:
                raise CommandError(
                    f"port {settings.PORT} of {settings.HOST} cannot be used ({error.strerror});"
                    f" choose another, for example PORT={settings.PORT + 1}"
                ) from error

    def _empty_metrics_folder(self) -> None:
        """Figures of processes that are gone must not be summed."""
        folder = Path(
            os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(settings.HOME / "metrics"))
        )
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True)
