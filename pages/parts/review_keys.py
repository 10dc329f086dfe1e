"""The keys of the Review page. They are printed on the buttons; "?" shows them all."""

from __future__ import annotations

from functools import cache

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

KEYS = (
    ("A", "Accept as it is"),
    ("E", "Edit; the cursor goes to the first field"),
    ("Ctrl + Enter", "Save the edit, accept it and move on"),
    ("Esc", "Leave the editor or the reasons; what was typed is kept"),
    ("D", "Discard; then 1 to 4 choose the reason"),
    ("U", "Undo your newest decision; again for the one before it"),
    ("← →", "Previous and next"),
    ("?", "These keys"),
)
_OPEN = "review-keys-open"
# Streamlit's own shortcuts know no punctuation and can not place the cursor, so a few lines of script do both.
_SCRIPT = """
const typing = (event) => event.composedPath().some(
  (node) => node.tagName && (["INPUT", "TEXTAREA", "SELECT"].includes(node.tagName) || node.isContentEditable));
export default function ({ data, setTriggerValue }) {
  const heard = (event) => {
    if (event.key === "?" && !event.ctrlKey && !event.metaKey && !typing(event)) setTriggerValue("asked", true);
  };
  document.removeEventListener("keydown", window.procmemKeys);
  document.addEventListener("keydown", heard);
  window.procmemKeys = heard;
  if (data.focus && data.focus !== window.procmemFocus) {
    const until = Date.now() + 3000;
    const look = () => {
      const field = document.querySelector(`.st-key-${data.focus} textarea, .st-key-${data.focus} input`);
      if (field) field.focus();
      else if (Date.now() < until) setTimeout(look, 30);
    };
    look();
  }
  window.procmemFocus = data.focus;
  return () => document.removeEventListener("keydown", heard);
}
"""


@cache
def _component() -> ComponentRenderer:
    return st.components.v2.component("procmem_review_keys", js=_SCRIPT)


def listen(focus: str = "") -> None:
    """Hear the question mark; with ``focus``, place the cursor in the container of this key once."""
    _component()(key="review-listener", data={"focus": focus}, on_asked_change=open_keys, height=1)


def open_keys() -> None:
    """Show the keys; for ``on_click``."""
    st.session_state[_OPEN] = True


def _close_keys() -> None:
    st.session_state[_OPEN] = False


def draw_keys() -> None:
    """The keys in a dialog, when somebody asked."""
    if st.session_state.get(_OPEN):
        _keys_dialog()


@st.dialog("Keys", icon=":material/keyboard:", on_dismiss=_close_keys)
def _keys_dialog() -> None:
    st.table({"Key": [key for key, _ in KEYS], "What it does": [text for _, text in KEYS]}, border="horizontal")
