"""Check that relative links in the Markdown files lead somewhere and that the ADR index is complete."""

from __future__ import annotations

import re
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
RELATIVE_LINK = re.compile(r"\]\((?!\w+:)([^)\s#]+)[^)]*\)")


def main() -> int:
    """List what is broken."""
    pages = [*TOP.glob("*.md"), *(TOP / "docs").rglob("*.md")]
    broken = [
        f"{page.relative_to(TOP)}: no {target}"
        for page in pages
        for target in RELATIVE_LINK.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    index = (TOP / "docs/adr/README.md").read_text(encoding="utf-8")
    broken += [
        f"docs/adr/README.md: does not list {page.name}"
        for page in sorted((TOP / "docs/adr").glob("[0-9]*.md"))
        if f"({page.name})" not in index
    ]
    print("\n".join([*broken, f"links: {len(pages)} pages, {len(broken)} broken"]))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
