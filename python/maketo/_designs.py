"""From nouns with sweeps in them to the designs of a grid and the axes of the result."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from math import prod
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from . import _catalogue
from ._noun import Noun
from .assemble_to_order import AssembleToOrder
from .laws import Deterministic
from .sweep import Sweep

__all__ = ["Axis", "expand"]

N = TypeVar("N", bound=Noun)

_RESERVED = (
    "strategy",
    "item",
    "replication",
    "period",
    "statistic",
    "metric",
    "unit",
    "station",
    "class",
    "product",
    "component",
    "window",
)


@dataclass(frozen=True)
class Axis:
    """A named axis: one value per place."""

    name: str
    values: tuple[float, ...]

    def coordinates(self) -> NDArray[np.float64] | NDArray[np.int64]:
        """The values as an array, integers if all are."""
        return np.array(self.values)


def expand(items: Mapping[str, N]) -> tuple[list[Axis], dict[str, list[N]]]:
    """All designs of every item, in C order over the axes.

    Parameters
    ----------
    items : mapping of str to noun
        Items by name; sweeps of one name move together, also across items.

    Returns
    -------
    axes : list of Axis
        In order of first appearance. If items sweep different values under one name, the axis is numbered
        from 0.
    designs : dict of str to list of noun
        Without sweeps; every item has as many.

    Raises
    ------
    ValueError
        If sweeps of one name differ in length, or a name is taken.
    """
    taken = _taken(items)
    found: dict[str, list[tuple[str, str, tuple[float, ...]]]] = {}
    for item, noun in items.items():
        for path, name, sweep in _sweeps(noun, taken):
            _check_name(path, name, taken, explicit=sweep.name is not None)
            same = found.setdefault(name, [])
            if same and len(same[0][2]) != len(sweep):
                first_item, first_path, first = same[0]
                where = "" if item == first_item else f" (item {first_item!r})"
                raise ValueError(
                    f"{path}: sweeps of one name move together, but {name!r} has {len(sweep)} values here "
                    f"and {len(first)} in {first_path}{where}"
                )
            same.append((item, path, sweep.values))
    axes = []
    for name, uses in found.items():
        by_path = {(path, values) for _, path, values in uses if path == uses[0][1]}
        agree = len(by_path) == 1
        axes.append(Axis(name, uses[0][2] if agree else tuple(range(len(uses[0][2])))))
    if not axes:
        return [], {item: [noun] for item, noun in items.items()}
    grid = [
        dict(zip(found, at, strict=True)) for at in itertools.product(*(range(len(a.values)) for a in axes))
    ]
    assert len(grid) == prod(len(a.values) for a in axes)
    return axes, {item: [_at(noun, place, taken) for place in grid] for item, noun in items.items()}


def _sweeps(noun: Noun, taken: Set[str], path: tuple[str, ...] = ()) -> Iterator[tuple[str, str, Sweep]]:
    """Path, axis name and sweep of every swept field, in order of the fields."""
    for name, value in noun._items():
        here = (*path, name)
        if isinstance(value, Sweep):
            yield ".".join(_named_path(noun, here)), _axis_name(noun, here, value, taken), value
        elif isinstance(value, Noun):
            yield from _sweeps(value, taken, here)
        elif isinstance(value, (tuple, Mapping)):
            for label, one in _members(name, value):
                if isinstance(one, Noun):
                    yield from _sweeps(one, taken, (*path, label))


def _members(name: str, value: tuple[object, ...] | Mapping[str, object]) -> list[tuple[str, object]]:
    """What a list or a mapping holds, each with how it is written."""
    keys = list(value) if isinstance(value, Mapping) else range(len(value))
    return [(f"{name}[{key!r}]", value[key]) for key in keys]  # type: ignore[index]


def _named_path(noun: Noun, path: tuple[str, ...]) -> tuple[str, ...]:
    """A plain number is a deterministic law, but nobody wrote ``lead_time.value``."""
    return path[:-1] if isinstance(noun, Deterministic) and len(path) > 1 else path


def _axis_name(noun: Noun, path: tuple[str, ...], sweep: Sweep, taken: Set[str]) -> str:
    if sweep.name is not None:
        return sweep.name
    name = _named_path(noun, path)[-1]
    # A result has a metric of this name already.
    return f"{name}_value" if name in taken else name


def _taken(items: Mapping[str, Noun]) -> Set[str]:
    """Names that results of these have already."""
    by_order = any(getattr(noun, "by_order", False) for noun in items.values())
    if any(isinstance(noun, AssembleToOrder) for noun in items.values()):
        if not by_order:
            return frozenset(_catalogue.assembly_names())
        parts = [name for of in ("ordered", "shelves") for name in _catalogue.assembly_metrics(of)]
        return frozenset([*_catalogue.order_metrics(), *parts, "fill_within", "blame"])
    return (_catalogue.order_metrics() if by_order else _catalogue.metrics()).keys()


def _check_name(path: str, name: str, taken: Set[str], *, explicit: bool) -> None:
    if name in _RESERVED or (explicit and name in taken):
        raise ValueError(f"{path}: a sweep cannot be called {name!r}, results have that name already")


def _at(noun: N, place: Mapping[str, int], taken: Set[str], path: tuple[str, ...] = ()) -> N:
    """The noun with every sweep replaced by its value at a place of the grid."""
    changes: dict[str, object] = {}
    for name, value in noun._items():
        here = (*path, name)
        if isinstance(value, Sweep):
            changes[name] = value.values[place[_axis_name(noun, here, value, taken)]]
        elif isinstance(value, Noun):
            inner = _at(value, place, taken, here)
            if inner is not value:
                changes[name] = inner
        elif isinstance(value, (tuple, Mapping)):
            members = _members(name, value)
            parts = [
                _at(one, place, taken, (*path, p)) if isinstance(one, Noun) else one for p, one in members
            ]
            if any(new is not old for new, (_, old) in zip(parts, members, strict=True)):
                changes[name] = (
                    dict(zip(value, parts, strict=True)) if isinstance(value, Mapping) else tuple(parts)
                )
    if not changes:
        return noun
    try:
        return noun.replace(**changes)
    except (TypeError, ValueError) as error:
        settings = ", ".join(f"{k}={v}" for k, v in changes.items() if not isinstance(v, Noun))
        raise type(error)(f"{error} (at {settings})" if settings else str(error)) from None
