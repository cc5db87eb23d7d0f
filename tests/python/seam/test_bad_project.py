"""Projects that make no sense: refused by name, value and bound, before anything is computed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import maketo as mk
from refusals import refused

Make = Callable[[], Any]
Case = tuple[str, Make, type[Exception], str]


def project(after: dict[str, Any] | None = None, loops: Any = (), **changes: Any) -> mk.Project:
    """Activities of a period each, with what they come after."""
    named = {"a": (), "b": "a", "c": "b"} if after is None else after
    return mk.Project({name: mk.Activity(1, after=x) for name, x in named.items()}, loops, **changes)


def loop(gate: str = "b", members: Any = ("a", "b"), probability: Any = 0.5, **changes: Any) -> mk.ReworkLoop:
    return mk.ReworkLoop(gate, members, probability, **changes)


def activity(time: Any = 1, **changes: Any) -> mk.Activity:
    return mk.Activity(time, **changes)


def work(hours: Any = 1, **changes: Any) -> mk.Activity:
    return mk.Activity(hours=hours, **{"resource": "shop", **changes})


V, T = ValueError, TypeError

ACTIVITY: list[Case] = [
    (
        "nothing",
        lambda: mk.Activity(),
        V,
        "Activity.time or hours must be given, exactly one of them, got neither",
    ),
    ("both", lambda: mk.Activity(1, 2, "shop"), V, "exactly one of them, got time=1 and hours=2"),
    ("negative", lambda: activity(-3), V, "Activity.time must be ≥ 0, got -3"),
    ("nan", lambda: activity(np.nan), V, "Activity.time must be finite, got nan"),
    ("inf", lambda: work(np.inf), V, "Activity.hours must be finite, got inf"),
    ("bool", lambda: activity(True), T, "Activity.time must be a law, a number"),
    ("text", lambda: activity("3 days"), T, "Activity.time must be a law, a number"),
    (
        "negative values",
        lambda: activity(mk.Normal(5, 2, "allow")),
        V,
        "Activity.time must be ≥ 0, got Normal(mean=5, sd=2, negative='allow'), which goes down to -11.42",
    ),
    ("an observation", lambda: work([3, -1]), V, "Activity.hours must be ≥ 0, got Empirical(values=[3, -1])"),
    ("swept", lambda: activity(mk.Sweep([1, -2])), V, "Activity.time must be ≥ 0, got -2"),
    ("nobody", lambda: work(resource=None), V, "Activity.resource must name the pool that does the hours"),
    ("no text", lambda: work(resource=3), T, "Activity.resource must be a text, got 3 (int)"),
    ("empty", lambda: work(resource=" "), V, "Activity.resource must not be empty, got ' '"),
    (
        "idle",
        lambda: activity(resource="shop"),
        V,
        "Activity.resource goes with hours: a time is a delay that",
    ),
    ("idle crew", lambda: activity(crew=2), V, "Activity.crew goes with hours: a time is a delay that"),
    (
        "idle rate",
        lambda: activity(rate=2),
        V,
        "Activity.rate is money per hour, and a time has no hours, got 2",
    ),
    ("no crew", lambda: work(crew=0), V, "Activity.crew must be ≥ 1, got 0"),
    ("half a crew", lambda: work(crew=1.5), T, "Activity.crew must be a whole number, got 1.5"),
    (
        "phase",
        lambda: activity(phase="design"),
        V,
        "Activity.phase must be one of 'engineer', 'procure', 'make'",
    ),
    ("milestone", lambda: activity(milestone=1), T, "Activity.milestone must be True or False, got 1"),
    ("cost", lambda: activity(cost=-1), V, "Activity.cost must be ≥ 0, got -1"),
    ("rate", lambda: work(rate=mk.Sweep([1, -1])), V, "Activity.rate must be ≥ 0, got -1"),
    ("after", lambda: activity(after=3), T, "Activity.after must be a sequence of names or After, got 3"),
    ("after what", lambda: activity(after=[3]), T, "Activity.after[0] must be of the class After, got 3"),
    ("after nothing", lambda: activity(after=["a", ""]), V, "Activity.after[1] must not be empty, got ''"),
    ("after a set", lambda: activity(after={"a"}), T, "Activity.after must be a sequence of names or After"),
    (
        "twice",
        lambda: activity(after=["a", "b", mk.After("a", lag=2)]),
        V,
        "Activity.after must name a predecessor once for each relation, got 'a' (finish_start) twice",
    ),
    (
        "bad data",
        lambda: activity(after=[{"of": "a", "relation": "SF"}]),
        V,
        "Activity.after[0]: After.relation must be one of 'finish_start', 'start_start', 'finish_finish'",
    ),
]

AFTER: list[Case] = [
    ("name", lambda: mk.After(3), T, "After.of must be a text, got 3 (int)"),  # type: ignore[arg-type]
    ("relation", lambda: mk.After("a", "start_finish"), V, "'overlap', got 'start_finish'"),
    ("lag", lambda: mk.After("a", lag=np.nan), V, "After.lag must be finite, got nan"),
    (
        "negative lag",
        lambda: mk.After("a", "start_start", -1),
        V,
        "After.lag must be ≥ 0 where the relation is 'start_start', got -1",
    ),
    (
        "one negative lag",
        lambda: mk.After("a", "overlap", mk.Sweep([1, -1]), 0.5),
        V,
        "After.lag must be ≥ 0 where the relation is 'overlap', got Sweep([1, -1])",
    ),
    ("share", lambda: mk.After("a", "overlap", share=1.5), V, "After.share must be in [0, 1], got 1.5"),
    (
        "share of nothing",
        lambda: mk.After("a", share=0.5),
        V,
        "After.share must be 1 where the relation is 'finish_start', got 0.5",
    ),
]

LOOP: list[Case] = [
    ("no gate", lambda: loop(""), V, "ReworkLoop.gate must not be empty, got ''"),
    ("a text", lambda: loop(members="ab"), T, "ReworkLoop.members must be a sequence of names, got 'ab'"),
    ("nobody", lambda: loop(members=[]), V, "ReworkLoop.members must have at least one name, got []"),
    ("twice", lambda: loop(members=["b", "a", "b"]), V, "must name every activity once, got 'b' twice"),
    (
        "without the gate",
        lambda: loop("c"),
        V,
        "ReworkLoop.members must have the gate among them, 'c', got 'a', 'b'",
    ),
    ("chance", lambda: loop(probability=1.5), V, "ReworkLoop.probability must be in [0, 1], got 1.5"),
    ("negative", lambda: loop(probability=-0.1), V, "ReworkLoop.probability must be in [0, 1], got -0.1"),
    (
        "for ever",
        lambda: loop(probability=1),
        V,
        "ReworkLoop.probability must be < 1 unless most is given, got 1",
    ),
    (
        "one for ever",
        lambda: loop(probability=mk.Sweep([0.5, 1])),
        V,
        "must be < 1 unless most is given, got 1",
    ),
    ("share", lambda: loop(share=2), V, "ReworkLoop.share must be in [0, 1], got 2"),
    ("most", lambda: loop(most=-1), V, "ReworkLoop.most must be ≥ 0, got -1"),
    ("most of 2.5", lambda: loop(most=2.5), T, "ReworkLoop.most must be a whole number, got 2.5"),
    ("compounding", lambda: loop(compounding="yes"), T, "ReworkLoop.compounding must be True or False"),
    (
        "swept",
        lambda: loop(share=mk.Sweep([0.5, 1])).content,
        V,
        "has a Sweep (share): there is no single loop",
    ),
]

PROJECT: list[Case] = [
    ("nothing", lambda: mk.Project({}), V, "Project.activities must have at least one activity, got {}"),
    (
        "a list",
        lambda: mk.Project([mk.Activity(1)]),  # type: ignore[arg-type]
        T,
        "Project.activities must be a mapping of names to Activity, got [Activity(time=1)]",
    ),
    (
        "a number",
        lambda: mk.Project({"a": 3}),  # type: ignore[dict-item]
        T,
        "Project.activities['a'] must be of the class Activity, got 3",
    ),
    (
        "bad data",
        lambda: mk.Project({"a": {"time": 3, "crew": 2}}),  # type: ignore[dict-item]
        V,
        "Project.activities['a']: Activity.crew goes with hours",
    ),
    (
        "number as name",
        lambda: mk.Project({3: mk.Activity(1)}),  # type: ignore[dict-item]
        T,
        "activities must be named by texts, got 3",
    ),
    ("no name", lambda: mk.Project({"": mk.Activity(1)}), V, "activities must have names that are not empty"),
    (
        "unknown",
        lambda: project({"a": "x", "b": ()}),
        V,
        "Project.activities['a'].after: the project has no activity 'x'; it has 'a', 'b'",
    ),
    (
        "unknown of many",
        lambda: project({f"a{i}": "x" if i == 12 else () for i in range(13)}),
        V,
        "it has 'a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 'a8', 'a9' and 3 more",
    ),
    (
        "itself",
        lambda: project({"a": ["a"]}),
        V,
        "Project.activities['a'].after must not name the activity itself, got 'a'",
    ),
    (
        "cycle",
        lambda: project({"x": (), "a": ["x", "c"], "b": "a", "c": "b"}),
        V,
        "Project.activities must have no cycle, got a → b → c → a",
    ),
    (
        "cycle of starts and finishes",
        lambda: project({"a": [mk.After("b", "start_start")], "b": [mk.After("a", "finish_finish")]}),
        V,
        "Project.activities must have no cycle, got a → b → a",
    ),
    ("hours", lambda: project(hours_per_period=0), V, "Project.hours_per_period must be > 0, got 0"),
    (
        "swept hours",
        lambda: project(hours_per_period=mk.Sweep([8])),
        T,
        "must be a single number: it is not sw",
    ),
    ("key", lambda: project(key=1 << 32), V, "Project.key must be < 4294967296"),
    ("loops", lambda: project(loops=3), T, "Project.loops must be a sequence of ReworkLoop, got 3"),
    ("no loop", lambda: project(loops=[3]), T, "Project.loops[0] must be of the class ReworkLoop, got 3"),
    (
        "bad loop data",
        lambda: project(loops=[{"gate": "b", "members": ["b"], "probability": 3}]),
        V,
        "Project.loops[0]: ReworkLoop.probability must be in [0, 1], got 3",
    ),
]

LOOPS: list[Case] = [
    (
        "unknown",
        lambda: project(loops=[loop("b", ["b", "x"])]),
        V,
        "Project.loops[0].members: the project has no activity 'x'",
    ),
    (
        "no way to the gate",
        lambda: project({"a": (), "b": (), "c": ["a", "b"]}, [loop("b", ["a", "b"])]),
        V,
        "Project.loops[0].members must lead to the gate 'b' inside the loop, got 'a', which does not",
    ),
    (
        "a way outside only",
        lambda: project(loops=[loop("c", ["a", "c"])]),
        V,
        "members must lead to the gate 'c' inside the loop, got 'a', which does not: repeating it would hold",
    ),
    (
        "behind the gate",
        lambda: project(loops=[loop("b", ["a", "b", "c"])]),
        V,
        "members must lead to the gate 'b' inside the loop, got 'c'",
    ),
    (
        "started already",
        lambda: project({"a": (), "b": "a", "c": "a"}, [loop()]),
        V,
        "Project.loops[0].members must have no successor outside the loop, but for the gate, got 'a' with "
        "'c' after it: 'c' would have started when the gate 'b' fails",
    ),
    (
        "started with the gate",
        lambda: project({"a": (), "b": "a", "c": [mk.After("b", "start_start")]}, [loop()]),
        V,
        "Project.loops[0].gate must be followed by activities that wait until it has passed, got 'c' after "
        "'b' with 'start_start'",
    ),
    (
        "started during the gate",
        lambda: project({"a": (), "b": "a", "c": [mk.After("b", "overlap", share=0.5)]}, [loop()]),
        V,
        "got 'c' after 'b' with 'overlap': it would have started when the gate fails",
    ),
    (
        "started before the gate finished",
        lambda: project({"a": (), "b": "a", "c": [mk.After("b", lag=-0.5)]}, [loop()]),
        V,
        "got 'c' after 'b' with a lag of -0.5: it would have started when the gate fails",
    ),
    (
        "overlapping",
        lambda: project(loops=[loop(), loop("c", ["b", "c"])]),
        V,
        "Project.loops[0] and [1] must be apart, or one inside the other, got 'b' in both: repeating part",
    ),
    (
        "the same gate",
        lambda: project(loops=[loop(), loop("b", ["b"])]),
        V,
        "Project.loops[0] and [1] must have gates of their own, got 'b' for both",
    ),
]

SWEPT = mk.Project({"a": mk.Activity(1), "b": mk.Activity(mk.Exponential(mk.Sweep([1, 2])), after="a")})

ASKED: list[Case] = [
    (
        "swept",
        lambda: SWEPT.schedule(),
        V,
        "Project.schedule: activities['b'].time has a Sweep: there is no single",
    ),
    ("swept pert", lambda: SWEPT.pert(), V, "Project.pert: activities['b'].time has a Sweep"),
    (
        "swept link",
        lambda: project({"a": (), "b": [mk.After("a", lag=mk.Sweep([1, 2]))]}).critical_path(),
        V,
        "activities['b'].after has a Sweep",
    ),
    (
        "swept loop",
        lambda: project(loops=[loop(probability=mk.Sweep([0.1, 0.2]))]).work(),
        V,
        "Project.work: loops[0].probability has a Sweep",
    ),
    (
        "word",
        lambda: project().schedule("median"),
        V,
        "times must be 'mean', a mapping of periods or a quantile",
    ),
    (
        "list",
        lambda: project().schedule([1, 2, 3]),  # type: ignore[arg-type]
        T,
        "times must be 'mean', a mapping of periods or a quant",
    ),
    ("bool", lambda: project().schedule(True), T, "times must be 'mean', a mapping of periods or a quantile"),
    (
        "quantile",
        lambda: project().schedule(1.0),
        V,
        "times must be in (0, 1) where it is a quantile, got 1.0",
    ),
    ("nan", lambda: project().schedule(np.nan), V, "times must be in (0, 1) where it is a quantile, got nan"),
    (
        "unknown time",
        lambda: project().schedule({"x": 1}),
        V,
        "times: the project has no activity 'x'; it has",
    ),
    ("negative time", lambda: project().schedule({"a": -1}), V, "times['a'] must be ≥ 0, got -1"),
    ("swept time", lambda: project().schedule({"a": mk.Sweep([1])}), T, "times['a'] must be a single number"),  # type: ignore[dict-item]
    ("no row", lambda: project().schedule().of("x"), V, "of: the project has no activity 'x'"),
    ("no successors", lambda: project().successors("x"), V, "successors: the project has no activity 'x'"),
    (
        "no predecessors",
        lambda: project().predecessors("x"),
        V,
        "predecessors: the project has no activity 'x'",
    ),
]

MATRIX: list[Case] = [
    (
        "a vector",
        lambda: mk.work_transformation([1, 2], [1, 2]),
        V,
        "matrix must have 2 axes, got shape (2,)",
    ),
    (
        "not square",
        lambda: mk.work_transformation([[0, 1]], [1]),
        V,
        "matrix must be square, got shape (1, 2)",
    ),
    ("texts", lambda: mk.work_transformation([["0"]], [1]), T, "matrix must hold numbers"),
    (
        "negative",
        lambda: mk.work_transformation([[0.0, -0.1], [0.0, 0.0]], [1, 1]),
        V,
        "matrix[0][1] must be finite and ≥ 0",
    ),
    (
        "nan",
        lambda: mk.work_transformation([[np.nan]], [1]),
        V,
        "matrix[0][0] must be finite and ≥ 0, got nan",
    ),
    (
        "work",
        lambda: mk.work_transformation([[0.5]], [1, 2]),
        V,
        "work must have one number per task, 1, got 2",
    ),
    (
        "negative work",
        lambda: mk.work_transformation([[0.5]], [-1]),
        V,
        "work[0] must be finite and ≥ 0, got -1",
    ),
    ("infinite work", lambda: mk.work_transformation([[0.5]], [np.inf]), V, "work must be finite, got inf"),
    (
        "for ever",
        lambda: mk.work_transformation([[0.0, 2.0], [0.5, 0.0]], [1, 1]),
        V,
        "matrix must have a spectral radius < 1, got 1: every round of work makes as much again, and the "
        "design never converges",
    ),
    ("ever more", lambda: mk.work_transformation([[1.5]], [1]), V, "spectral radius < 1, got 1.5"),
]

ALL = [*ACTIVITY, *AFTER, *LOOP, *PROJECT, *LOOPS, *ASKED, *MATRIX]


@pytest.mark.parametrize(("make", "error", "words"), [x[1:] for x in ALL], ids=[x[0] for x in ALL])
def test_it_is_refused(make: Make, error: type[Exception], words: str) -> None:
    refused(make, error, [words])


def test_loops_apart_and_inside_are_welcome() -> None:
    chain = {"a": (), "b": "a", "c": "b", "d": "c"}
    assert project(chain, [loop(), loop("d", ["c", "d"])]).loops
    assert project(chain, [loop(), loop("d", ["a", "b", "c", "d"])]).loops
    assert project(chain, [loop("d", [*chain]), loop("c", ["c"]), loop()]).loops
    assert loop(probability=1, most=2).passes == 3
    assert loop(most=0).content == 1
