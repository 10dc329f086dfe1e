"""The door of /run: see pages/parts/door.py."""

from pages.parts.door import open_app

if __name__ == "__main__":
    open_app()
