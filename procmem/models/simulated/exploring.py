"""Without memory."""
from __future__ import annotations
from procmem.models.simulated.following import Call
from procmem.models.simulated.reading import Request, report_text

def explore(request: Request, *, recovers: bool) -> tuple[str, Call | None]:
    return report_text(request.done, finished=False), None
