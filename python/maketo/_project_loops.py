"""Work that has to be done again when a review or a test fails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ._check import count, truth
from ._noun import Noun
from ._project_activity import After
from ._project_check import bounded, known, one_text, swept, texts
from .laws import Real
from .sweep import Sweep

__all__ = ["ReworkLoop", "check_loops"]


@dataclass(frozen=True, eq=False, repr=False)
class ReworkLoop(Noun):
    """A review or a test that may fail, and what is repeated then.

    When the gate finishes, at x, then with this probability all members are done again, with times (or hours)
    freshly drawn, times `share`. No member starts before x: those without a predecessor inside the loop start
    at x, the others follow theirs, with the same relations and lags; whatever comes before the loop is done
    already. The new finish of the gate takes the place of x, and the test is repeated. Successors of the gate
    wait for its last finish.

    Parameters
    ----------
    gate : str
        The activity at whose finish it shows.
    members : sequence of str
        Activities that are repeated, the gate among them.
    probability : float
        Chance of failing, each time; in [0, 1], and below 1 unless there is a `most`.
    share : float
        Share of the time or hours that a repetition takes, in [0, 1].
    compounding : bool
        Whether the k-th repetition takes share^k, as people learn, rather than `share` each time.
    most : int, optional
        How often at the most; by default as often as it fails.

    Raises
    ------
    TypeError, ValueError
        If a field is of the wrong kind or out of bounds, or the gate is not among the members. That members
        and loops fit is checked by `Project`.

    Examples
    --------
    >>> import maketo as mk
    >>> review = mk.ReworkLoop("review", ["design", "review"], probability=0.4, share=0.5, compounding=True)
    >>> round(review.passes, 6), review.content
    (1.666667, 1.25)
    """

    gate: str
    members: Sequence[str]
    probability: Real
    share: Real = 1
    compounding: bool = False
    most: int | None = None

    def __post_init__(self) -> None:
        gate = one_text("ReworkLoop.gate", self.gate)
        members = texts("ReworkLoop.members", self.members)
        if gate not in members:
            shown = ", ".join(map(repr, members))
            raise ValueError(f"ReworkLoop.members must have the gate among them, {gate!r}, got {shown}")
        probability = bounded("ReworkLoop.probability", self.probability, 0, 1)
        most = None if self.most is None else count("ReworkLoop.most", self.most)
        chances = probability.values if isinstance(probability, Sweep) else (probability,)
        if most is None and max(chances) == 1:
            raise ValueError("ReworkLoop.probability must be < 1 unless most is given, got 1: it never ends")
        self._set(
            gate=gate,
            members=members,
            probability=probability,
            share=bounded("ReworkLoop.share", self.share, 0, 1),
            compounding=truth("ReworkLoop.compounding", self.compounding),
            most=most,
        )

    @property
    def passes(self) -> float:
        """How often members are done, the first time and repetitions, on average.

        Raises
        ------
        ValueError
            If a parameter is a Sweep.
        """
        chance, _ = self._numbers()
        return 1.0 + self._series(chance)

    @property
    def content(self) -> float:
        """Mean time (or hours) of a member over all passes, relative to the first.

        Raises
        ------
        ValueError
            If a parameter is a Sweep.
        """
        chance, share = self._numbers()
        return 1.0 + (self._series(chance * share) if self.compounding else share * self._series(chance))

    def _numbers(self) -> tuple[float, float]:
        if isinstance(self.probability, Sweep) or isinstance(self.share, Sweep):
            raise ValueError(f"{self!r} has a Sweep ({swept(self)}): there is no single loop to ask")
        return float(self.probability), float(self.share)

    def _series(self, r: float) -> float:
        """The sum of r^k for k = 1 … most."""
        if r == 1.0:
            assert self.most is not None
            return float(self.most)
        return r * (1.0 - (0.0 if self.most is None else r**self.most)) / (1.0 - r)


def check_loops(loops: Sequence[ReworkLoop], links: Mapping[str, Sequence[After]]) -> None:
    """Refuse loops that could not be repeated as a whole.

    `links` are the predecessors of every activity, in topological order.
    """
    for i, loop in enumerate(loops):
        place = f"Project.loops[{i}]"
        for name in loop.members:
            known(f"{place}.members", name, links)
        _check_inside(place, loop, links)
        _check_outside(place, loop, links)
        for j, other in enumerate(loops[:i]):
            _check_pair(f"Project.loops[{j}] and [{i}]", other, loop)


def _check_inside(place: str, loop: ReworkLoop, links: Mapping[str, Sequence[After]]) -> None:
    members = set(loop.members)
    leads = {loop.gate}
    for name in reversed([*links]):
        if name in leads:
            leads.update(link.of for link in links[name] if link.of in members)
    for name in loop.members:
        if name not in leads:
            raise ValueError(
                f"{place}.members must lead to the gate {loop.gate!r} inside the loop, got {name!r}, which "
                "does not: repeating it would hold up nothing"
            )


def _check_outside(place: str, loop: ReworkLoop, links: Mapping[str, Sequence[After]]) -> None:
    members = set(loop.members)
    for name, before in links.items():
        if name in members:
            continue
        for link in before:
            if link.of not in members:
                continue
            if link.of != loop.gate:
                raise ValueError(
                    f"{place}.members must have no successor outside the loop, but for the gate, got "
                    f"{link.of!r} with {name!r} after it: {name!r} would have started when the gate "
                    f"{loop.gate!r} fails"
                )
            early = link.relation in ("start_start", "overlap")
            lags = link.lag.values if isinstance(link.lag, Sweep) else (link.lag,)
            if early or min(lags) < 0:
                what = repr(link.relation) if early else f"a lag of {min(lags):g}"
                raise ValueError(
                    f"{place}.gate must be followed by activities that wait until it has passed, got "
                    f"{name!r} after {loop.gate!r} with {what}: it would have started when the gate fails"
                )


def _check_pair(places: str, one: ReworkLoop, other: ReworkLoop) -> None:
    mine, theirs = set(one.members), set(other.members)
    shared = [name for name in one.members if name in theirs]
    if not shared:
        return
    if one.gate == other.gate:
        raise ValueError(
            f"{places} must have gates of their own, got {one.gate!r} for both: which of them fails first "
            "would be open"
        )
    if not (mine < theirs or theirs < mine):
        raise ValueError(
            f"{places} must be apart, or one inside the other, got {shared[0]!r} in both: repeating part of "
            "a loop would leave open whether its own gate is passed again"
        )
