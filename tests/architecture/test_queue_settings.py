"""What django-q2 really uses: it ignores unknown keys in silence, so its own Conf is asked, per cluster."""

import json
import os
import subprocess
import sys

import pytest

from tests.architecture.tree import ROOT

ASK = """
import json, django
django.setup()
from django_q.conf import Conf
print(json.dumps({name: getattr(Conf, name) for name in (
    "CLUSTER_NAME", "PREFIX", "WORKERS", "QUEUE_LIMIT", "BULK", "TIMEOUT", "RETRY", "MAX_ATTEMPTS", "ACK_FAILURES",
    "CATCH_UP", "GUARD_CYCLE", "RECYCLE", "MAX_RSS", "SAVE_LIMIT", "CACHE", "ORM")}))
"""


def conf(cluster: str, tmp_path: os.PathLike[str]) -> dict[str, object]:
    """Conf as a worker of the cluster reads it, in a process of its own: Conf is a class made at import."""
    env = {
        "DEBUG": "true",
        "VAR_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PATH": os.environ["PATH"],
    }
    env["REDIS_URL"] = env["DATABASE_URL"] = ""
    if cluster != "work":
        env["Q_CLUSTER_NAME"] = cluster
    done = subprocess.run([sys.executable, "-c", ASK], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


@pytest.mark.parametrize("cluster", ["act", "work"])
def test_a_cluster_runs_with_the_measured_settings(cluster: str, tmp_path: os.PathLike[str]) -> None:
    found = conf(cluster, tmp_path)
    workers, timeout = int(str(found["WORKERS"])), int(str(found["TIMEOUT"]))
    waiting = -(-(int(str(found["QUEUE_LIMIT"])) + int(str(found["BULK"]))) // workers)
    assert found["CLUSTER_NAME"] == cluster
    assert found["PREFIX"] == "work", "the salt of both clusters is the same, or one cannot read what the other signs"
    assert int(str(found["RETRY"])) >= timeout * (1 + waiting) + 10
    assert (found["MAX_ATTEMPTS"], found["ACK_FAILURES"], found["CATCH_UP"]) == (1, True, False)
    assert found["GUARD_CYCLE"] in (0.25, 0.5, 1)
    assert (found["SAVE_LIMIT"], found["CACHE"], found["ORM"]) == (100, "qstats", "default")
    assert all((found["RECYCLE"], found["MAX_RSS"]))
