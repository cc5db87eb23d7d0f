"""The command line: `maketo stock`, `maketo demo`, `maketo bench`.

Exit code 0: done; 1: it could not be done, with one line on stderr that says why; 2: the command makes no
sense. Progress is shown on a terminal only, so that pipes stay clean.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

__all__ = ["main"]

DEMO_SEED = 1998
_TERMS = {
    "moq": "least order, in units",
    "pack": "pack size: orders come in whole packs",
    "unit_cost": "money per unit: for money tied up and ABC classes",
    "order_cost": "money per order",
    "holding": "money per unit on hand and year",
    "backorder": "money per unit waiting and year",
    "shortage": "money per unit short, once",
    "lost_sale": "money per unit lost",
    "price": "money per unit sold",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        By default those of the process.
    """
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has left (``| head``): nothing to say, and nothing for the interpreter to flush at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return _complain("interrupted")
    except (OSError, ImportError, ValueError, TypeError, MemoryError, RuntimeError) as error:
        return _complain(str(error) or type(error).__name__)
    return 0


def _complain(reason: str) -> int:
    sys.stderr.write(f"maketo: {' '.join(reason.split())}\n")
    return 1


def _parser() -> argparse.ArgumentParser:
    from . import __version__

    parser = argparse.ArgumentParser(
        prog="maketo", description="Decide and simulate make to stock, with errors."
    )
    parser.add_argument("--version", action="version", version=f"maketo {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    stock = commands.add_parser(
        "stock",
        help="a stock level for every part of a demand history",
        description="Find, for every part of a history, the best stock level for a target, and say what "
        "to expect of it.",
        epilog="HISTORY is a CSV file, plain or .gz, or Parquet: the first column names the parts, columns "
        "named like periods hold the demand, other columns may be named in options. A blank is not a zero: "
        "it means that nothing was observed. X stands for a number or the name of a column.",
    )
    stock.add_argument("history", metavar="HISTORY")
    stock.add_argument(
        "--lead-time", type=_lead_time, required=True, metavar="X", help="whole periods from order to receipt"
    )
    aim = stock.add_mutually_exclusive_group(required=True)
    aim.add_argument(
        "--target-fill", type=_number_or_column, metavar="X", help="share of demand filled from stock"
    )
    aim.add_argument(
        "--target-alpha", type=_number_or_column, metavar="X", help="share of periods closed without shortage"
    )
    aim.add_argument("--target", choices=["cost"], help="least expected holding, shortage and order cost")
    stock.add_argument(
        "--policy",
        choices=["base_stock", "min_max", "reorder_quantity"],
        default="base_stock",
        help="how orders are placed (base_stock); the others order in lots",
    )
    for name, text in _TERMS.items():
        stock.add_argument(f"--{name.replace('_', '-')}", type=_number_or_column, metavar="X", help=text)
    stock.add_argument(
        "--periods-per-year", type=float, metavar="N", help="by default from the names of the periods"
    )
    stock.add_argument(
        "--backorder-share", type=float, default=1.0, metavar="F", help="share of shortages that wait (1)"
    )
    stock.add_argument(
        "--out", metavar="DIR", help="write stock.csv, stock.json, report.html and stock.png there"
    )
    stock.add_argument("--review", type=int, default=1, metavar="N", help="periods between reviews (1)")
    stock.add_argument(
        "--replications", type=int, default=1000, metavar="N", help="simulated futures per part (1000)"
    )
    stock.add_argument(
        "--periods", type=int, metavar="N", help="periods per future (as many as the history has)"
    )
    stock.add_argument(
        "--resamples", type=int, default=100, metavar="N", help="resampled histories per part (100); 0: none"
    )
    stock.add_argument(
        "--seed", type=_seed, metavar="N", help="a whole number, or a key 0x… from an earlier report"
    )
    stock.add_argument("--threads", type=int, metavar="N", help="at most so many threads")
    stock.add_argument("--json", action="store_true", help="print the decisions as JSON")
    stock.set_defaults(run=_stock)

    demo = commands.add_parser(
        "demo",
        help="make an example history and decide it",
        description="Write an example history of spare parts (made up, with realistic statistics) and decide "
        "a base stock for each.",
    )
    demo.add_argument("--out", default="out", metavar="DIR", help="where to write (./out)")
    demo.add_argument("--parts", type=int, default=400, metavar="N", help="number of parts (400)")
    demo.add_argument("--threads", type=int, metavar="N", help="at most so many threads")
    demo.set_defaults(run=_demo)

    bench = commands.add_parser(
        "bench",
        help="time a workload beside its sampling floor",
        description="Time a workload; prints one JSON line. w1: a base-stock item; w2: min-max, real "
        "demand, random lead times; w4: six products that share ten components; w5: orders before two "
        "servers; w6: w1 with traces; jobshop: five stations, earliest due date first, on the event "
        "calendar.",
    )
    bench.add_argument("workload", choices=["w1", "w2", "w4", "w5", "w6", "jobshop"])
    bench.add_argument("--n", type=int, default=10_000, metavar="N", help="replications (10000)")
    bench.add_argument("--t", type=int, default=1000, metavar="N", help="periods, or orders (1000)")
    bench.add_argument("--threads", type=int, default=1, metavar="N", help="threads (1)")
    bench.add_argument("--repeat", type=int, default=9, metavar="N", help="repetitions (9)")
    bench.add_argument("--simd", metavar="LEVEL", help="force a SIMD level")
    bench.add_argument("--json", action="store_true", help="the default, and the only format")
    bench.set_defaults(run=_bench)
    return parser


def _stock(options: argparse.Namespace) -> None:
    from .stock import check_folder, stock

    if options.out is not None:
        check_folder(options.out)
    plan = stock(
        options.history,
        lead_time=options.lead_time,
        target_fill=options.target_fill,
        target_alpha=options.target_alpha,
        target=options.target,
        policy=options.policy,
        **{name: getattr(options, name) for name in _TERMS},
        periods_per_year=options.periods_per_year,
        backorder_share=options.backorder_share,
        exchange=options.out is not None,
        review_period=options.review,
        replications=options.replications,
        periods=options.periods,
        resamples=options.resamples,
        seed=options.seed,
        threads=options.threads,
        progress=_on_terminal(),
    )
    written = plan.write(options.out) if options.out is not None else []
    if options.json:
        print(
            json.dumps(
                {**plan.to_dict(), "decisions": [_blanked(row) for row in plan.table()]}, ensure_ascii=False
            )
        )
        return
    print(plan.report())
    _say_written(written)


def _demo(options: argparse.Namespace) -> None:
    from .examples import spare_parts, write_history
    from .stock import stock

    out = Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    names, history = spare_parts(n_parts=options.parts)
    file = out / "history.csv"
    write_history(file, names, history)
    plan = stock(
        file, lead_time=2, target_fill=0.95, seed=DEMO_SEED, threads=options.threads, progress=_on_terminal()
    )
    written = plan.write(out)
    print(f"An example history of {len(names)} spare parts was made up: {file}\n")
    print(plan.report())
    _say_written(written)
    print(f"By hand: maketo stock {file} --lead-time 2 --target-fill 0.95 --seed {DEMO_SEED} --out {out}")


def _bench(options: argparse.Namespace) -> None:
    from . import _core

    for name, least in (("n", 1), ("t", 1), ("threads", 1), ("repeat", 1)):
        if getattr(options, name) < least:
            raise ValueError(f"--{name} must be ≥ {least}, got {getattr(options, name)}")
    print(_core.bench(options.workload, options.n, options.t, options.threads, options.repeat, options.simd))


def _say_written(written: Sequence[Path]) -> None:
    if written:
        print(f"Written: {', '.join(str(path) for path in written)}")


def _on_terminal() -> bool:
    return sys.stderr.isatty()


def _blanked(row: dict[str, Any]) -> dict[str, Any]:
    """JSON has no NaN; what is undefined is null."""
    return {k: None if isinstance(v, float) and v != v else v for k, v in row.items()}


def _lead_time(text: str) -> int | str:
    """Whole periods, or the name of a column; laws are for the Python function."""
    given = _number_or_column(text)
    if isinstance(given, str):
        return given
    if given != int(given):
        raise argparse.ArgumentTypeError(f"must be a whole number of periods, got {text!r}")
    return int(given)


def _number_or_column(text: str) -> float | str:
    try:
        value = float(text)
    except ValueError:
        return text
    if value - value != 0.0:
        raise argparse.ArgumentTypeError(f"must be finite, got {text!r}")
    return value


def _seed(text: str) -> Any:
    from .seed import Key

    try:
        return Key(int(text, 16)) if text.lower().startswith("0x") else int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a whole number or a key 0x…, got {text!r}") from None


if __name__ == "__main__":
    sys.exit(main())
