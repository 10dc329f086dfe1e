"""The first link to /trends in a fresh server: the old router looks for a file of that name, and finds the app.

Without this file a visitor of that link is told "Page not found" before the page appears.
"""

from __future__ import annotations

import runpy
from pathlib import Path

if __name__ == "__main__":
    runpy.run_path(str(Path(__file__).parents[1] / "app.py"), run_name="__main__")
