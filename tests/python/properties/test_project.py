"""Projects: the schedule is the longest way, found by plain recursion, and all else follows from it."""

from __future__ import annotations

import copy
import doctest
import importlib
import json
import math
import pickle
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import maketo as mk
from maketo._noun import decode
from projects import bespoke

QUARTERS = st.integers(0, 20).map(lambda n: n / 4)


def links(draw: st.DrawFn, of: str) -> mk.After:
    relation = draw(st.sampled_from(["finish_start"] * 3 + ["start_start", "finish_finish", "overlap"]))
    lag = draw(st.sampled_from([0.0, 0.0, 0.0, 1.5]))
    if relation == "finish_start" and draw(st.integers(0, 3)) == 0:
        lag = -draw(QUARTERS)
    return mk.After(
        of, relation, lag, draw(st.sampled_from([0.0, 0.25, 1.0])) if relation == "overlap" else 1
    )


@st.composite
def projects(draw: st.DrawFn, plain: bool = False) -> mk.Project:
    """Activities that come after some of those before them, named in any order, and a loop at times."""
    n = draw(st.integers(1, 9))
    names = [f"activity {i}" for i in range(n)]
    made = {}
    for i, name in enumerate(names):
        before = draw(st.lists(st.sampled_from(names[:i]), max_size=3, unique=True)) if i else []
        after = before if plain else [links(draw, of) for of in before]
        if not plain and draw(st.booleans()):
            hours = draw(st.integers(0, 40))
            crew = draw(st.sampled_from([1, 2, 4]))
            pool = draw(st.sampled_from(["office", "shop"]))
            made[name] = mk.Activity(hours=hours, resource=pool, crew=crew, after=after, rate=3)
        else:
            made[name] = mk.Activity(draw(QUARTERS), after=after, milestone=draw(st.booleans()), cost=2.5)
    shuffled = {name: made[name] for name in draw(st.permutations(names))}
    gate = draw(st.sampled_from(names))
    fits = all(x.relation == "finish_start" and x.lag == 0 for a in made.values() for x in a.links)
    loops = [mk.ReworkLoop(gate, [gate], 0.25, 0.5, most=2)] if fits else []
    return mk.Project(shuffled, loops, hours_per_period=draw(st.sampled_from([1, 8])), key=7)


def work_time(project: mk.Project, name: str) -> float:
    activity = project.activities[name]
    mean = activity.content.summary().mean
    if activity.hours is None:
        return mean
    assert isinstance(activity.crew, int)
    return mean / activity.crew / project.hours_per_period


def start_and_finish(project: mk.Project, times: Mapping[str, float]) -> dict[str, tuple[float, float]]:
    """By the definition of each relation, one activity at a time."""
    known: dict[str, tuple[float, float]] = {}

    def ask(name: str) -> tuple[float, float]:
        if name not in known:
            start = at_least = 0.0
            for link in project.activities[name].links:
                first, last = ask(link.of)
                assert isinstance(link.lag, (int, float))
                assert isinstance(link.share, (int, float))
                if link.relation == "finish_start":
                    start = max(start, first, last + link.lag)
                elif link.relation == "start_start":
                    start = max(start, first + link.lag)
                elif link.relation == "overlap":
                    start = max(start, first + link.share * times[link.of] + link.lag)
                else:
                    at_least = max(at_least, last + link.lag)
            known[name] = start, max(start + times[name], at_least)
        return known[name]

    for name in project.activities:
        ask(name)
    return known


@given(projects())
def test_the_schedule_is_the_longest_way(project: mk.Project) -> None:
    times = {name: work_time(project, name) for name in project.activities}
    wanted = start_and_finish(project, times)
    found = project.schedule()
    assert found.column("activity") == [*project.order]
    for row in found:
        name = row["activity"]
        assert row["time"] == pytest.approx(times[name], rel=1e-12)
        assert (row["early start"], row["early finish"]) == pytest.approx(wanted[name], rel=1e-12, abs=1e-12)
    assert found.finish == max(row["early finish"] for row in found)
    assert found.finish == pytest.approx(max(x for _, x in wanted.values()), rel=1e-12)


@given(projects(), st.data())
def test_times_may_be_given(project: mk.Project, data: st.DataObject) -> None:
    times = {name: data.draw(QUARTERS) for name in project.activities}
    wanted = start_and_finish(project, times)
    found = project.schedule(times)
    for row in found:
        assert (row["early start"], row["early finish"]) == wanted[row["activity"]]
    # What is not named takes its mean.
    some = dict([*times.items()][: len(times) // 2])
    means = {name: work_time(project, name) for name in times}
    assert project.schedule(some).rows == project.schedule({**means, **some}).rows


@given(projects(), st.data())
def test_floats_are_what_does_not_delay(project: mk.Project, data: st.DataObject) -> None:
    found = project.schedule()
    times = {row["activity"]: row["time"] for row in found}
    for row in found:
        assert row["total float"] >= row["free float"] >= 0 or row["total float"] == pytest.approx(
            row["free float"], abs=1e-9
        )
        assert row["critical"] == (row["total float"] == 0)
        assert row["late start"] >= row["early start"] - 1e-9
        assert row["late finish"] >= row["early finish"] - 1e-9
        assert row["late finish"] <= found.finish
    name = data.draw(st.sampled_from(project.order))
    row = found.of(name)
    # Late by its float, which another activity before it brings about, the project ends when it did.
    for slack, watched in ((row["total float"], ()), (row["free float"], project.order)):
        hold = mk.Activity(row["early start"] + slack)
        one = project.activities[name]
        later = project.replace(
            activities={
                **project.activities,
                "hold": hold,
                name: one.replace(after=[*one.links, mk.After("hold")]),
            },
            loops=(),
        ).schedule(times)
        assert later.finish == pytest.approx(found.finish, rel=1e-9, abs=1e-9)
        for other in watched:
            if other != name:
                assert later.of(other)["early start"] == pytest.approx(
                    found.of(other)["early start"], rel=1e-9, abs=1e-9
                )


@given(projects(plain=True), st.data())
def test_critical_activities_are_those_that_delay(project: mk.Project, data: st.DataObject) -> None:
    found = project.schedule()
    times = {row["activity"]: row["time"] for row in found}
    name = data.draw(st.sampled_from(project.order))
    more = project.schedule({**times, name: times[name] + found.of(name)["total float"] + 0.5})
    assert more.finish == pytest.approx(found.finish + 0.5)


@given(projects(plain=True))
def test_the_critical_path_is_as_long_as_the_project(project: mk.Project) -> None:
    found = project.schedule()
    path = project.critical_path()
    assert path == found.path
    assert math.fsum(work_time(project, name) for name in path) == pytest.approx(found.finish)
    assert set(path) <= set(found.critical)
    assert path[0] in project.starts
    assert path[-1] in project.ends
    for one, after in pairwise(path):
        assert one in project.predecessors(after)


@given(projects())
def test_the_critical_path_has_no_float(project: mk.Project) -> None:
    found = project.schedule()
    assert set(found.path) <= set(found.critical)
    for one, after in pairwise(found.path):
        assert one in project.predecessors(after)


@given(projects())
def test_the_order_is_topological_and_stable(project: mk.Project) -> None:
    place = {name: i for i, name in enumerate(project.order)}
    assert sorted(place) == sorted(project.activities)
    named = [*project.activities]
    waiting = dict.fromkeys(named)
    done: list[str] = []
    while waiting:
        free = next(name for name in waiting if set(project.predecessors(name)) <= set(done))
        done.append(free)
        del waiting[free]
    assert project.order == tuple(done)
    for name in named:
        assert set(project.successors(name)) == {x for x in named if name in project.predecessors(x)}
    assert set(project.starts) == {x for x in named if not project.predecessors(x)}
    assert set(project.ends) == {x for x in named if not project.successors(x)}


@given(projects())
def test_projects_travel(project: mk.Project) -> None:
    for other in (
        mk.Project.from_json(project.to_json()),
        mk.Project.from_dict(json.loads(json.dumps(project.to_dict()))),
        decode(project.to_dict()),
        pickle.loads(pickle.dumps(project)),
        copy.deepcopy(project),
        project.replace(),
    ):
        assert other == project
        assert hash(other) == hash(project)
        assert repr(other) == repr(project)
        assert other.to_json() == project.to_json()
        assert other.order == project.order
        assert other.schedule().rows == project.schedule().rows


# By hand.


def test_relations_by_hand() -> None:
    def second(link: mk.After, first: float = 4, time: float = 1) -> tuple[float, float]:
        project = mk.Project(
            {"z": mk.Activity(2), "a": mk.Activity(first, after="z"), "b": mk.Activity(time, after=[link])}
        )
        row = project.schedule().of("b")
        return row["early start"], row["early finish"]

    assert second(mk.After("a")) == (6, 7)
    assert second(mk.After("a", lag=2)) == (8, 9)
    assert second(mk.After("a", lag=-1)) == (5, 6)
    assert second(mk.After("a", lag=-9)) == (2, 3), "not before its predecessor"
    assert second(mk.After("z", lag=-9)) == (0, 1), "not before the beginning"
    assert second(mk.After("a", "start_start")) == (2, 3)
    assert second(mk.After("a", "start_start", 1.5)) == (3.5, 4.5)
    assert second(mk.After("a", "overlap", share=0.25)) == (3, 4)
    assert second(mk.After("a", "overlap", 0.5, 0.25)) == (3.5, 4.5)
    assert second(mk.After("a", "finish_finish")) == (0, 6), "it waits at the end"
    assert second(mk.After("a", "finish_finish", 2), time=20) == (0, 20)


def test_a_ladder_has_both_relations() -> None:
    project = mk.Project(
        {
            "trench": mk.Activity(10),
            "pipe": mk.Activity(
                4, after=[mk.After("trench", "start_start", 2), mk.After("trench", "finish_finish", 1)]
            ),
            "cover": mk.Activity(1, after="pipe"),
        }
    )
    assert project.predecessors("pipe") == ("trench",)
    found = project.schedule()
    assert found.of("pipe") == {
        **{"activity": "pipe", "time": 4, "early start": 2, "early finish": 11, "late start": 7},
        **{"late finish": 11, "total float": 0, "free float": 0, "critical": True},
    }
    assert found.path == ("trench", "pipe", "cover")
    assert found.finish == 12
    # The work on the pipe is not on the path, only its finish.
    spread = mk.Triangular(3, 4, 5)
    shaky = project.replace(
        activities={**project.activities, "pipe": project.activities["pipe"].replace(time=spread)}
    )
    assert shaky.pert() == (12, 0, ("trench", "pipe", "cover"))


def test_hours_are_shared_by_a_crew() -> None:
    project = mk.Project(
        {
            "design": mk.Activity(hours=mk.Uniform(60, 100), resource="office", crew=2),
            "wait": mk.Activity(3, after="design"),
        },
        hours_per_period=8,
    )
    assert project.schedule().finish == 80 / 16 + 3
    assert project.schedule(0.25).of("design")["time"] == pytest.approx(70 / 16)
    assert project.pert().variance == pytest.approx(40**2 / 12 / 16**2)
    assert project.pert().sd == math.sqrt(project.pert().variance)
    assert project.resources == ("office",)
    assert project.work() == {"office": 80}


def test_what_is_equally_long_is_critical_too() -> None:
    project = mk.Project(
        {"a": mk.Activity(2), "b": mk.Activity(2), "end": mk.Activity(0, after=["b", "a"], milestone=True)}
    )
    found = project.schedule()
    assert found.path == ("b", "end")
    assert found.critical == ("a", "b", "end")
    assert repr(found).startswith("finish 2, critical path b → end\nactivity  time")
    assert "<caption>finish 2, critical path b → end</caption>" in found._repr_html_()


def test_the_bespoke_machine() -> None:
    """Workload W7 as data."""
    project = bespoke()
    assert repr(project) == "Project(30 activities, 3 loops)"
    assert project.order == tuple(map(str, range(30)))
    assert project.starts == ("0",)
    assert project.ends == ("29",)
    assert mk.Project.from_json(project.to_json()) == project
    found = project.schedule()
    means = {name: one.content.summary().mean for name, one in project.activities.items()}
    assert math.fsum(means[name] for name in found.path) == pytest.approx(found.finish)
    assert found.finish == pytest.approx(max(x for _, x in start_and_finish(project, means).values()))
    # A plain simulation without rework: PERT is too low.
    draws = {
        name: one.content.sample(2000, seed=i) for i, (name, one) in enumerate(project.activities.items())
    }
    finish = [project.schedule({name: x[r] for name, x in draws.items()}).finish for r in range(0, 2000, 20)]
    assert project.pert().mean < np.mean(finish) - 2 * np.std(finish) / 10
    assert project.pert().variance > 0
    assert [loop.content for loop in project.loops] == pytest.approx(
        [1 + (p + p**2 + p**3) / 2 for p in (0.35, 0.25, 0.4)]
    )


# Rework, by closed forms.


def hours(mean: float, loop: mk.ReworkLoop) -> float:
    project = mk.Project({"task": mk.Activity(hours=mean, resource="office")}, [loop])
    return project.work()["office"]


def test_geometric_rework() -> None:
    """Cases A-ETO-eto-rework, -rework-exp and -learning: means."""
    loop = mk.ReworkLoop("review", ["task", "review"], 0.3)
    project = mk.Project(
        {
            "task": mk.Activity(hours=mk.Gamma(mean=10, sd=3), resource="office"),
            "review": mk.Activity(hours=mk.Gamma(mean=2, sd=0.5), resource="office", after="task"),
        },
        [loop],
    )
    assert loop.passes == pytest.approx(1.428571429, rel=1e-9)
    assert project.work()["office"] == pytest.approx(17.14285714, rel=1e-9)
    assert hours(2, mk.ReworkLoop("task", ["task"], 0.25)) == pytest.approx(2.666666667, rel=1e-9)
    learning = mk.ReworkLoop("task", ["task"], 0.4, 0.5, compounding=True)
    assert hours(10, learning) == pytest.approx(12.5, rel=1e-12)
    assert learning.passes == pytest.approx(1.666666667, rel=1e-9)


@given(st.floats(0, 1), st.floats(0, 1), st.booleans(), st.none() | st.integers(0, 6))
def test_content_is_a_sum_over_passes(p: float, share: float, compounding: bool, most: int | None) -> None:
    if most is None and p > 0.9:
        p = 0.9
    loop = mk.ReworkLoop("g", ["g"], p, share, compounding, most)
    repeats = range(1, 1000 if most is None else most + 1)
    assert loop.passes == pytest.approx(1 + math.fsum(p**k for k in repeats), rel=1e-9)
    added = math.fsum(p**k * (share**k if compounding else share) for k in repeats)
    assert loop.content == pytest.approx(1 + added, rel=1e-9)


def test_loops_inside_a_loop_multiply() -> None:
    work = {"hours": 8, "resource": "office"}
    project = mk.Project(
        {
            "design": mk.Activity(**work),  # type: ignore[arg-type]
            "review": mk.Activity(**work, after="design"),  # type: ignore[arg-type]
            "build": mk.Activity(hours=8, resource="shop", after="review"),
            "test": mk.Activity(1, after="build"),
            "ship": mk.Activity(1, after=["test"]),
        },
        [
            mk.ReworkLoop("review", ["design", "review"], 0.5, 0.5, most=1),
            mk.ReworkLoop("test", ["design", "review", "build", "test"], 0.25, most=1),
        ],
    )
    assert project.work() == {"office": 16 * 1.25 * 1.25, "shop": 8 * 1.25}


def test_the_gate_may_be_followed_at_its_finish() -> None:
    activities = {"g": mk.Activity(1), "x": mk.Activity(1, after=[mk.After("g", "finish_finish", 1)])}
    loop = mk.ReworkLoop("g", ["g"], 0.5)
    assert mk.Project(activities, [loop]).loops == (loop,)
    assert mk.Project(activities, loop).loops == (loop,)  # type: ignore[arg-type]


# Work transformation.


def test_parallel_iteration() -> None:
    """Case A-ETO-eto-wtm."""
    found = mk.work_transformation([[0, 0.3, 0.1], [0.4, 0, 0.2], [0.1, 0.3, 0]], [1, 1, 1])
    assert found.work.tolist() == pytest.approx([1.805555556, 2.083333333, 1.805555556], rel=1e-9)
    assert found.total == pytest.approx(5.694444444, rel=1e-9)
    assert found.dominant_eigenvalue == pytest.approx(0.4772001873, rel=1e-9)


@given(st.data())
def test_work_is_a_sum_over_rounds(data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 5))
    entries = data.draw(st.lists(st.floats(0, 0.9 / n), min_size=n * n, max_size=n * n))
    a = np.array(entries).reshape(n, n)
    first = np.array(data.draw(st.lists(st.floats(0, 9), min_size=n, max_size=n)))
    added, step = first.copy(), first
    for _ in range(400):
        step = a @ step
        added += step
    found = mk.work_transformation(a, first)
    assert found.work.tolist() == pytest.approx(added.tolist(), rel=1e-9, abs=1e-12)
    assert found.dominant_eigenvalue == pytest.approx(np.abs(np.linalg.eigvals(a)).max(), abs=1e-6)


def test_a_chain_does_not_iterate() -> None:
    """Eigenvalues of a long chain, taken as a whole, would be far from 0."""
    n = 40
    found = mk.work_transformation(np.diag([2.0] * (n - 1), k=-1), [1] + [0] * (n - 1))
    assert found.dominant_eigenvalue == 0
    assert found.total == 2**n - 1


# Data.


def test_nouns_of_a_project_compare_and_print() -> None:
    review = mk.Activity(
        2, after=["design", mk.After("plan", "start_start", 1)], phase="test", milestone=True
    )
    assert repr(review) == (
        "Activity(time=2, after=('design', After(of='plan', relation='start_start', lag=1)), phase='test', "
        "milestone=True)"
    )
    assert review.links[0] == mk.After("design")
    assert mk.Activity(2, after="design") == mk.Activity(2, after=[mk.After("design")])
    assert repr(mk.After("a")) == "After(of='a')"
    loop = mk.ReworkLoop("g", ["a", "g"], 0.5, most=3)
    assert repr(loop) == "ReworkLoop(gate='g', members=('a', 'g'), probability=0.5, most=3)"
    for noun in (review, review.links[1], loop):
        assert type(noun).from_json(noun.to_json()) == noun
        assert pickle.loads(pickle.dumps(noun)) == noun
    with pytest.raises(AttributeError):
        review.cost = 3  # type: ignore[misc]


def test_what_the_core_will_read() -> None:
    project = mk.Project({"a": mk.Activity(hours=3, resource="shop"), "b": mk.Activity(1, after="a")})
    told: dict[str, Any] = {
        "crew": 1,
        "after": [],
        "phase": "other",
        "milestone": False,
        "cost": 0,
        "rate": 0,
    }
    law = {"law": "deterministic", "value": 3}
    link = {"of": "a", "relation": "finish_start", "lag": 0, "share": 1}
    assert project.to_dict() == {
        "kind": "project",
        "activities": {
            "a": {"kind": "activity", **told, "hours": law, "resource": "shop"},
            "b": {"kind": "activity", **told, "time": {**law, "value": 1}, "after": [link]},
        },
        "loops": [],
        "hours_per_period": 1.0,
    }


def test_numbers_may_be_swept() -> None:
    project = mk.Project(
        {
            "a": mk.Activity(mk.Exponential(mk.Sweep([1, 2], "mean"))),
            "b": mk.Activity(
                hours=mk.Sweep([1, 2]),
                resource="shop",
                crew=mk.Sweep([1, 2]),
                after=[mk.After("a", "overlap", share=mk.Sweep([0.5, 1]))],
                rate=mk.Sweep([3, 4]),
            ),
        },
        [mk.ReworkLoop("b", ["b"], mk.Sweep([0.1, 0.2]))],
    )
    assert mk.Project.from_json(project.to_json()) == project
    assert project.order == ("a", "b")


def test_activities_may_be_called_anything() -> None:
    """Also what means something else in the data of nouns."""
    project = mk.Project(
        {
            "kind": mk.Activity(1),
            "sweep": mk.Activity(hours=1, resource="law", after="kind"),
            "name": mk.Activity(1, after=["sweep", "kind"]),
        },
        [mk.ReworkLoop("sweep", ["sweep"], 0.1)],
    )
    assert mk.Project.from_json(project.to_json()) == project
    two = mk.Project({"sweep": mk.Activity(1), "name": mk.Activity(2)})
    assert mk.Project.from_json(two.to_json()) == two == decode(two.to_dict())


def test_a_project_may_be_as_long_as_it_likes() -> None:
    n = 5000
    project = mk.Project({f"a{i}": mk.Activity(1, after=f"a{i - 1}" if i else ()) for i in range(n)})
    assert project.schedule().finish == n
    assert len(project.critical_path()) == n


@pytest.mark.parametrize(
    "name", ["_project_activity", "_project_loops", "project", "project_table", "work_transformation"]
)
def test_the_examples_hold(name: str) -> None:
    found = doctest.testmod(importlib.import_module(f"maketo.{name}"))
    assert found.attempted
    assert not found.failed
