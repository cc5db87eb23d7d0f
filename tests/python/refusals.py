"""What every refusal says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import maketo as mk

Make = Callable[[], Any]


def shop(**changes: Any) -> mk.MakeToStock:
    settings: dict[str, Any] = {"demand": mk.Poisson(5), "policy": mk.BaseStock(14), **changes}
    return mk.MakeToStock(**settings)


def run(one: Any = None, **changes: Any) -> mk.Result:
    return mk.simulate(one or shop(), **{"periods": 10, "replications": 5, "seed": 1, **changes})


def refused(make: Make, error: type[Exception], words: list[str]) -> None:
    """Field, value and bound are named, on one line."""
    with pytest.raises(error) as refusal:
        make()
    message = str(refusal.value)
    assert all(word in message for word in words), message
    assert "line 1 column" not in message, f"a message of the JSON reader got through: {message}"
    assert "\n" not in message
