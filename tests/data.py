"""Where the public data sets lie: beside the repository, or where CI_DATA says. No row of them is in it."""

import os
from pathlib import Path

DATA = Path(os.environ.get("CI_DATA") or Path(__file__).resolve().parents[1].parent / "shared" / "data")
