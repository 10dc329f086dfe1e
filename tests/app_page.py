"""A page of the app without a browser, as app.py draws it."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def _script(path: str, args: tuple[object, ...]) -> None:
    from importlib import import_module

    module, name = path.split(":")
    getattr(import_module(module), name)(*args)


def _page(path: str, bench: object, more: tuple[object, ...]) -> None:
    from importlib import import_module

    module, name = path.split(":")
    getattr(import_module(module), name)(lambda: bench, *more)


def drawn(path: str, *args: object) -> AppTest:
    """What the function at ``path`` ("module:name") draws with these arguments."""
    return _run(AppTest.from_function(_script, args=(path, args), default_timeout=20))


def open_page(path: str, bench: object, *more: object, **params: str) -> AppTest:
    """The page whose function is at ``path``, over a workbench, with these parameters in its address."""
    at = AppTest.from_function(_page, args=(path, bench, more), default_timeout=20)
    for name, value in params.items():
        at.query_params[name] = value
    return _run(at)


def _run(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception
    return at
