"""What the tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import maketo as mk

os.environ.setdefault("MPLBACKEND", "Agg")


@pytest.fixture
def shop() -> mk.MakeToStock:
    """A small item with costs of both kinds."""
    return mk.MakeToStock(
        demand=mk.Poisson(5), policy=mk.BaseStock(14), lead_time=1, costs=mk.Costs(holding=1, backorder=9)
    )


@pytest.fixture
def data() -> Path:
    """The folder of real data, which is not part of the project."""
    folder = Path(os.environ.get("MAKETO_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data: {folder} does not exist; let MAKETO_DATA name the folder")
    return folder
