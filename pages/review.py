"""The door of a first visit to /review: until app.py has run once, Streamlit looks for a file of this name."""

from __future__ import annotations

import runpy
from pathlib import Path

if __name__ == "__main__":
    runpy.run_path(str(Path(__file__).parents[1] / "app.py"), run_name="__main__")
