"""Copy the files that pages show into their pages: every Python block below a comment that names its file.

Run it after changing an example: .venv/bin/python scripts/snippets.py
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
SHOWN = re.compile(r"^(<!-- (\S+\.py) -->\n+```python\n).*?^```$", re.MULTILINE | re.DOTALL)


def main() -> None:
    """Rewrite the pages whose blocks differ from their files."""
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))):
        text = page.read_text(encoding="utf-8")
        made = SHOWN.sub(lambda m: m[1] + (ROOT / m[2]).read_text(encoding="utf-8") + "```", text)
        if made != text:
            page.write_text(made, encoding="utf-8")
            sys.stdout.write(f"rewrote {page.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
