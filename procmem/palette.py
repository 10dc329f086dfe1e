"""The colours of charts, on the screen and in reports: one place, so that a team has its colour everywhere.

Okabe and Ito's, which colour-blind people tell apart, without black and yellow and with a lighter blue, so that all of
them hold on light and dark alike.
"""

from __future__ import annotations

PALETTE = ("#2a85c4", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#7d6bb0", "#8c8c00")
NEUTRAL = "#8a9494"
"""What has no colour of its own: unknown, other, zero."""
ACCENT = "#d81b60"
"""The one thing to be found among many."""
PARTS = {"system": "#7a8b99", "tools": "#b08a4a", "memories": "#1f8f83", "history": "#7d6bb0"}
"""The parts of a prompt, in the order in which they are sent."""
