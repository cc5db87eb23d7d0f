"""Execute every notebook, or those named; with ``--write``, keep the output.

The source of a notebook is ``notebooks/name.py`` (jupytext, percent format); ``name.ipynb`` shows it
with its output. Without ``--write`` nothing is changed, and an ``.ipynb`` that shows another source fails.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import jupytext  # type: ignore[import-untyped]
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"


def cells(notebook: nbformat.NotebookNode) -> list[tuple[str, str]]:
    """What a reader would call the text of a notebook."""
    return [(cell.cell_type, cell.source.strip()) for cell in notebook.cells]


def run(source: Path, write: bool) -> str | None:
    """Execute one notebook; what is wrong with it, if anything."""
    notebook = jupytext.read(source)
    shown = source.with_suffix(".ipynb")
    if not write and (not shown.exists() or cells(nbformat.read(shown, as_version=4)) != cells(notebook)):
        return f"{shown.name} does not show {source.name}: run `make notebooks`"
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    client = NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(NOTEBOOKS)}},
    )
    try:
        client.execute()
    except CellExecutionError as error:
        return str(error)
    if write:
        # Positions, not random ids: an unchanged notebook gives an unchanged file.
        for position, cell in enumerate(notebook.cells):
            cell["id"] = f"cell-{position}"
        nbformat.write(notebook, shown)
    return None


def main() -> int:
    """Run them all, then say how many failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the output to the .ipynb files")
    parser.add_argument("names", nargs="*", help="beginnings of their names; by default all")
    given = parser.parse_args()
    failed = 0
    every = sorted(NOTEBOOKS.glob("*.py"))
    sources = [s for s in every if not given.names or s.name.startswith(tuple(given.names))]
    if not sources:
        parser.error(f"no notebook begins with {', '.join(given.names)}")
    for source in sources:
        start = time.perf_counter()
        wrong = run(source, given.write)
        failed += wrong is not None
        print(f"{source.stem}: {wrong or 'ok'} ({time.perf_counter() - start:.1f} s)", flush=True)
    print(f"notebooks: {len(sources) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
