"""What the tiers counted, over processes that came and went."""

import json
import os
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from tests import servers

WORKER = """
import sys, django; django.setup()
from skeletal.cache import custom, limits
for number in range(int(sys.argv[1])):
    custom.set(f"k{number}", number)
    custom.get(f"k{number}")
    custom.get("absent")
custom.delete("k0")
limits.check_rate_limit(1, "post", 10, 60)
"""
READER = """
import json, django; django.setup()
from skeletal.cache import analytics
print(json.dumps(analytics.get_metrics()))
"""


@pytest.mark.slow
def test_tiers_are_summed_over_processes_that_are_gone(tmp_path: Path) -> None:
    environ = os.environ | {
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path),
        "CACHE_PREFIX": f"daira_test_{uuid4().hex[:8]}",
    }

    def python(code: str, *arguments: str) -> str:
        return subprocess.run(
            [sys.executable, "-c", code, *arguments],
            cwd=servers.ROOT,
            env=environ,
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    for times in ("3", "5"):
        python(WORKER, times)
    told = json.loads(python(READER))
    custom, limits = told["tiers"]["custom"], told["tiers"]["limits"]
    assert (custom["total_writes"], custom["total_deletes"]) == (8, 2)
    assert (custom["hit_rate"], custom["miss_rate"]) == (0.5, 0.5)
    assert custom["calls"] == 8 * 3 + 2
    assert (limits["total_writes"], limits["calls"]) == (2, 2)
    assert (told["total_writes"], told["calls"]) == (10, 28)
    assert told["avg_operation_ms"] > 0
    assert told["tiers"]["profiles"]["calls"] == 0
