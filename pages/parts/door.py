"""The way into the app for whoever opens a link to one of its pages first.

Until app.py has run once, Streamlit's old router looks for a file of the page's name under pages/ and runs that instead
of the app; without one the visitor is told "Page not found". Each such file only opens the app.
"""

from __future__ import annotations

import runpy
from pathlib import Path


def open_app() -> None:
    """Run app.py, which draws the page of the address."""
    runpy.run_path(str(Path(__file__).parents[2] / "app.py"), run_name="__main__")
