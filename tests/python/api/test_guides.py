"""The Python in README and the guides runs, page by page, as a reader would run it from top to bottom."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[3]
PAGES = [TOP / "README.md", *sorted((TOP / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
WITH_CODE = [page for page in PAGES if BLOCK.search(page.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("page", WITH_CODE, ids=lambda page: str(page.relative_to(TOP)))
def test_the_code_of_a_page_runs(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for needed in ("matplotlib", "pandas", "scipy"):
        pytest.importorskip(needed)
    import matplotlib.pyplot as plt

    monkeypatch.chdir(tmp_path)
    text = page.read_text(encoding="utf-8")
    names: dict[str, object] = {"__name__": "page"}
    for block in BLOCK.finditer(text):
        # Blank lines before it, so that a traceback shows the line of the page.
        code = "\n" * (text[: block.start()].count("\n") + 1) + block[1]
        exec(compile(code, str(page), "exec"), names)
    plt.close("all")
    capsys.readouterr()


def test_pages_with_code_are_found() -> None:
    found = {page.name for page in WITH_CODE}
    assert {"README.md", "bring-your-own-demand.md", "warm-up-and-long-runs.md"} <= found
