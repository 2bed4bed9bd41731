"""The check that every Chinese text of the product has an English translation; `make check` runs it.

`python -m deploy.check_translations` extracts all texts and compares them with the catalogue: each must have a
translation that is not marked as fuzzy and has the same placeholders. `--update` (`make messages`) adds new texts to
the catalogue, untranslated, and lists them.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

PROJECT = Path(__file__).resolve().parents[1]
CATALOGUE = Path("app/translations/en/LC_MESSAGES/messages.po")
#: ``pgettext`` serves Chinese words with two translations, such as 不通过 as an action (Reject) and a state (Rejected).
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
    "msg": None,
}
_PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]|%(?:\d+\$)?[sdf]|\{(\w*)\}")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def extract(project: Path = PROJECT) -> Catalog:
    """Return all texts of the source files that `babel.cfg` lists."""
    with (project / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    catalog = Catalog(locale="en", charset="utf-8")
    found = extract_from_dir(project, methods, options, KEYWORDS, directory_filter=_has_texts)
    for name, line, text, comments, context in found:
        catalog.add(text, None, [(name, line)], auto_comments=comments, context=context)
    return catalog


def _has_texts(folder: str) -> bool:
    # Babel's own filter omits folders that begin with an underscore, such as the macros in `_ui`
    return not Path(folder).name.startswith(".") and Path(folder).name != "node_modules"


def problems(texts: Catalog, catalogue: Catalog) -> Iterator[str]:
    """Yield a line for each text without a usable translation."""
    for text in texts:
        if not text.id:
            continue
        location = "{}:{}".format(*text.locations[0])
        shown = text.id if isinstance(text.id, str) else text.id[0]
        known = catalogue.get(text.id, text.context)
        if known is None or not _forms(known.string):
            yield f"{location}: no translation of {shown!r}"
        elif known.fuzzy:
            yield f"{location}: the translation of {shown!r} is marked fuzzy"
        else:
            yield from (
                f"{location}: {problem} in the translation of {shown!r}" for problem in _faults(known)
            )


def _faults(message: Message) -> Iterator[str]:
    for form in _forms(message.string):
        if _placeholders(form) != _placeholders(_forms(message.id)[-1]):
            yield "different placeholders"
        if _CHINESE.search(form):
            yield "Chinese"


def _forms(text: str | Sequence[str] | None) -> list[str]:
    """Return the singular and any plurals; empty if one of them is missing."""
    forms = [text] if isinstance(text, str) else list(text or [])
    return forms if all(forms) else []


def _placeholders(text: str) -> set[str]:
    return {match.group(0) for match in _PLACEHOLDER.finditer(text.replace("%%", ""))}


def read_catalogue(path: Path) -> Catalog:
    """Return the catalogue of a file; an empty one if the file does not exist."""
    content = path.read_bytes() if path.exists() else b""
    return read_po(io.BytesIO(content), locale="en")


def _update(path: Path, texts: Catalog) -> None:
    catalogue = read_catalogue(path)
    catalogue.update(texts, no_fuzzy_matching=True, update_creation_date=False)
    # Babel's compiler silently omits a catalogue whose header is marked as fuzzy, which is the case for a new one
    catalogue.fuzzy = False
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(
            file, catalogue, ignore_obsolete=True, include_previous=False, include_lineno=False, width=110
        )


def main(arguments: list[str]) -> int:
    """Check the catalogue, or update it with `--update`, and return the exit code."""
    path = PROJECT / CATALOGUE
    texts = extract()
    updating = arguments == ["--update"]
    if updating:
        _update(path, texts)
    found = list(problems(texts, read_catalogue(path)))
    for line in found:
        print(line, file=sys.stderr)
    print(f"{len(texts)} texts, {len(found)} problems with {CATALOGUE}")
    return 1 if found and not updating else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
