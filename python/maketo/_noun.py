"""Nouns that are data: what laws, demand, policies, costs and strategies have in common.

A noun is a frozen dataclass that compares, prints, pickles, hashes, `.replace()`s and round-trips to JSON. It
does not know what it means; that is for the modules that define nouns.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np

from .sweep import Sweep

__all__ = ["Noun", "decode"]

_TAGS = ("strategy", "law", "kind", "rule")
_REGISTRY: dict[tuple[str, str], type[Noun]] = {}


class Noun:
    """Base of the frozen dataclasses."""

    _tag: ClassVar[tuple[str, str] | None] = None

    def __init_subclass__(cls, *, tag: tuple[str, str] | None = None, **kwargs: Any) -> None:
        """Register the class under its tag in JSON, e.g. ``("law", "poisson")``."""
        super().__init_subclass__(**kwargs)
        cls._tag = tag
        if tag is not None:
            _REGISTRY[tag] = cls

    # What it is made of.

    @classmethod
    def _fields(cls) -> tuple[Field[Any], ...]:
        assert is_dataclass(cls)
        return fields(cls)

    def _items(self) -> Iterator[tuple[str, Any]]:
        """Fields and values."""
        return ((f.name, getattr(self, f.name)) for f in self._fields())

    def _set(self, **values: object) -> None:
        """Store normalised values; only for `__post_init__`."""
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def replace(self, **changes: Any) -> Self:
        """The same with some fields changed; checked again.

        Parameters
        ----------
        **changes
            New values by field name.

        Raises
        ------
        TypeError
            If there is no field of a name.
        """
        known = [f.name for f in self._fields()]
        for name in changes:
            if name not in known:
                raise TypeError(f"{type(self).__name__} has no field {name!r}; it has {', '.join(known)}")
        return replace(self, **changes)  # type: ignore[type-var]

    # How it compares.

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        assert isinstance(other, Noun)
        pairs = zip(self._items(), other._items(), strict=True)
        return all(_same(a, b) for (_, a), (_, b) in pairs)

    def __hash__(self) -> int:
        values = (v for _, v in self._items())
        return hash((type(self), *map(_hashable, values)))

    # How it looks.

    def __repr__(self) -> str:
        shown = [f"{f.name}={_short(getattr(self, f.name))}" for f in self._fields() if not self._default(f)]
        return f"{type(self).__name__}({', '.join(shown)})"

    def _default(self, f: Field[Any]) -> bool:
        default = f.default
        if default is MISSING and f.default_factory is not MISSING:
            default = f.default_factory()
        value = getattr(self, f.name)
        if default is MISSING:
            return value is None
        return _same(value, default) or _same(_short(value), repr(default))

    # How it travels.

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), dict(self._items()))

    def to_dict(self) -> dict[str, Any]:
        """Plain data that `from_dict` reads: numbers, texts, lists, dictionaries; without what is None."""
        data: dict[str, Any] = {} if self._tag is None else {self._tag[0]: self._tag[1]}
        data.update((name, _encode(value)) for name, value in self._items() if value is not None)
        return data

    def to_json(self) -> str:
        """`to_dict` as JSON text. Numbers survive to the last bit."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The noun that `to_dict` described.

        Raises
        ------
        TypeError
            If the data describe something else, or have a field that is unknown.
        """
        if not isinstance(data, Mapping):
            raise TypeError(f"{cls.__name__} is read from a mapping, got {type(data).__name__}")
        made = decode(data) if cls._tag is None and _tag_of(data) else _build(cls, data)
        if not isinstance(made, cls):
            raise TypeError(f"expected {cls.__name__}, the data describe {type(made).__name__}")
        return made

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The noun that `to_json` wrote."""
        return cls.from_dict(json.loads(text))


def decode(value: Any) -> Any:
    """Plain data to nouns and sweeps, all the way down."""
    if isinstance(value, Mapping):
        if _is_sweep(value):
            return Sweep(value["sweep"], value.get("name"))
        tag = _tag_of(value)
        if tag is not None:
            if tag not in _REGISTRY:
                known = ", ".join(sorted(k[1] for k in _REGISTRY if k[0] == tag[0]))
                raise TypeError(f"{tag[0]} must be one of {known}, got {tag[1]!r}")
            return _build(_REGISTRY[tag], value)
        return {k: decode(v) for k, v in value.items()}
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        return tuple(decode(v) for v in value)
    return value


def _is_sweep(data: Mapping[str, Any]) -> bool:
    """Whether it is a sweep, not a mapping by name in which something is called "sweep"."""
    if not {"sweep"} <= data.keys() <= {"sweep", "name"}:
        return False
    values = data["sweep"]
    first = values[0] if isinstance(values, (list, tuple)) and values else None
    return not isinstance(values, (Mapping, int, float)) and not isinstance(first, Mapping)


def _tag_of(data: Mapping[str, Any]) -> tuple[str, str] | None:
    for key in _TAGS:
        if isinstance(data.get(key), str):
            return key, data[key]
    return None


def _build(cls: type[Noun], data: Mapping[str, Any]) -> Noun:
    values = dict(data)
    if cls._tag is not None:
        found = values.pop(cls._tag[0], cls._tag[1])
        if found != cls._tag[1]:
            raise TypeError(f"expected {cls._tag[0]} = {cls._tag[1]!r} for {cls.__name__}, got {found!r}")
    known = [f.name for f in cls._fields()]
    for name in values:
        if name not in known:
            raise TypeError(f"{cls.__name__} has no field {name!r}; it has {', '.join(known)}")
    return cls(**{name: decode(value) for name, value in values.items()})


def _rebuild(cls: type[Noun], values: dict[str, Any]) -> Noun:
    return cls(**values)


def _encode(value: Any) -> Any:
    if isinstance(value, (Noun, Sweep)):
        return value.to_dict()
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, tuple):
        return [_encode(v) for v in value]
    if isinstance(value, Mapping):
        return {str(k): _encode(v) for k, v in value.items()}
    return value


def _hashable(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.shape, value.tobytes()
    if isinstance(value, tuple):
        return tuple(map(_hashable, value))
    if isinstance(value, Mapping):
        return frozenset((k, _hashable(v)) for k, v in value.items())
    return value


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and np.array_equal(a, b)
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(_same(x, y) for x, y in zip(a, b, strict=True))
    return bool(a == b)


def _short(value: Any) -> str:
    if isinstance(value, np.ndarray):
        if value.size <= 6 and value.ndim == 1:
            return "[" + ", ".join(f"{x:g}" for x in value) + "]"
        return f"<array {'×'.join(map(str, value.shape))}>"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(_short, value)) + ("," if len(value) == 1 else "") + ")"
    as_number = getattr(value, "_as_number", None)
    return repr(value if as_number is None else as_number())
