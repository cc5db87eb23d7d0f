"""The command line: exit codes, one line of complaint, silence in pipes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from maketo.cli import main
from maketo.examples import spare_parts, write_history

SMALL = ["--replications", "100", "--resamples", "5", "--seed", "1"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    names, values = spare_parts(n_parts=6, n_periods=24, seed=3)
    write_history(tmp_path / "history.csv", names, values)
    return tmp_path / "history.csv"


def stock(file: Path, *more: str) -> list[str]:
    return ["stock", str(file), "--lead-time", "2", "--target-fill", "0.9", *SMALL, *more]


def test_stock_prints_a_report_and_nothing_else(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(stock(file)) == 0
    out, err = capsys.readouterr()
    assert "part-0001" in out
    assert "What a bootstrap cannot know" in out
    assert err == ""


def test_stock_writes(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(stock(file, "--out", str(tmp_path / "out"))) == 0
    assert (tmp_path / "out" / "stock.csv").exists()
    assert "stock.csv" in capsys.readouterr().out


def test_stock_as_json(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(stock(file, "--json")) == 0
    told = json.loads(capsys.readouterr().out)
    assert len(told["decisions"]) == 6
    assert told["decisions"][0]["part"] == "part-0001"


def test_a_key_repeats_a_run(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(stock(file, "--json"))
    first = json.loads(capsys.readouterr().out)
    main(stock(file, "--json", "--seed", f"0x{first['settings']['key']:016x}"))
    assert json.loads(capsys.readouterr().out) == first


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["stock", "nothing.csv", "--lead-time", "2", "--target-fill", "0.9"], "nothing.csv"),
        (["bench", "w1", "--n", "0"], "--n"),
        (["demo", "--parts", "0", "--out", "OUT"], "n_parts"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    arguments: list[str], word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path / "out") if a == "OUT" else a for a in arguments]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("maketo: ")
    assert err.count("\n") == 1
    assert word in err


def test_bad_settings_and_files(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(stock(file, "--target-fill", "1.5", "--out", str(tmp_path / "out"))) == 1
    assert "target_fill must be in [0, 1], got 1.5" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    file.write_text("part,t0\na,x\n")
    assert main(stock(file)) == 1
    assert "line 2, column 't0'" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nothing"],
        ["stock"],
        ["stock", "h.csv", "--lead-time", "2"],
        ["stock", "h.csv", "--lead-time", "2", "--target-fill", "1", "--target", "cost"],
        ["stock", "h.csv", "--lead-time", "2", "--target-fill", "1", "--moq", "inf"],
        ["stock", "h.csv", "--lead-time", "2.5", "--target-fill", "1"],
        ["stock", "h.csv", "--lead-time", "2", "--target-fill", "1", "--seed", "x"],
        ["bench", "w9"],
    ],
)
def test_commands_that_make_no_sense(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2


def test_bench_prints_one_json_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "w1", "--n", "256", "--t", "20", "--repeat", "1", "--json"]) == 0
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    wanted = {
        "workload",
        "n",
        "t",
        "threads",
        "simd",
        "seconds",
        "ns_per_unit",
        "floor_ns_per_unit",
        "results",
    }
    assert wanted <= set(json.loads(out))


def test_demo(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--parts", "8", "--out", str(tmp_path / "out")]) == 0
    assert {p.name for p in (tmp_path / "out").iterdir()} == {
        "history.csv",
        "stock.csv",
        "stock.json",
        "report.html",
        "stock.png",
    }
    assert "stock.png" in capsys.readouterr().out


def test_a_reader_that_leaves_is_no_error_to_shout_about(file: Path) -> None:
    command = [sys.executable, "-m", "maketo", *stock(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=60) == 1
