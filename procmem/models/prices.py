"""What a model costs, as its provider lists it."""

from __future__ import annotations

from procmem.models.keys import provider_of
from procmem.models.litellm_door import litellm
from procmem.models.simulated_provider import PROVIDER


def price(model: str, prompt: int, completion: int) -> float | None:
    """Dollars for so many tokens of a prompt and an answer by litellm's table; ``None`` for a model it does not know.

    The simulated model costs nothing.
    """
    if provider_of(model) == PROVIDER:
        return 0.0
    table = litellm().model_cost
    known = table.get(model) or table.get(model.partition("/")[2])
    if not known or known.get("input_cost_per_token") is None:
        return None
    return float(prompt * known["input_cost_per_token"] + completion * (known.get("output_cost_per_token") or 0.0))
