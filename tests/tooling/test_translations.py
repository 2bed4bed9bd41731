"""The translation check finds texts that an English reader would not understand."""

from __future__ import annotations

import shutil
from pathlib import Path

from babel.messages.catalog import Catalog

from deploy.check_translations import PROJECT, extract, problems

MISSING = "没有翻译"


def catalogue(*entries: tuple[str, str], fuzzy: bool = False) -> Catalog:
    made = Catalog(locale="en")
    for text, translation in entries:
        made.add(text, translation, [("page.html", 7)], flags={"fuzzy"} if fuzzy else ())
    return made


def check(text: str, known: Catalog) -> list[str]:
    return list(problems(catalogue((text, "")), known))


def test_a_text_that_is_not_in_the_catalogue_is_named_with_its_place() -> None:
    assert check(MISSING, Catalog(locale="en")) == [f"page.html:7: no translation of {MISSING!r}"]


def test_an_empty_translation_counts_as_missing() -> None:
    assert len(check(MISSING, catalogue((MISSING, "")))) == 1


def test_a_fuzzy_translation_does_not_count() -> None:
    assert "fuzzy" in check("登录", catalogue(("登录", "Sign in"), fuzzy=True))[0]


def test_placeholders_must_be_the_same() -> None:
    assert "placeholders" in check("第 %(row)s 行", catalogue(("第 %(row)s 行", "Row %(line)s")))[0]
    assert check("第 %(row)s 行", catalogue(("第 %(row)s 行", "Row %(row)s"))) == []


def test_a_translation_left_in_chinese_is_found() -> None:
    assert "Chinese" in check("登录", catalogue(("登录", "登录")))[0]


def test_every_keyword_and_every_kind_of_source_is_extracted(tmp_path: Path) -> None:
    for folder in ("app/templates/a", "admin/templates", "workers"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "app" / "one.py").write_text(
        'msg("甲 %(n)s", n=1); gettext("乙"); lazy_gettext("丙"); ngettext("丁", "丁们", 2); print("不是")\n'
    )
    (tmp_path / "workers" / "two.py").write_text('_("戊")\n')
    (tmp_path / "app/templates/a/page.html").write_text("<p>{{ _('己') }}</p>\n")
    (tmp_path / "admin/templates/page.html").write_text("{% trans %}庚{% endtrans %}\n")
    shutil.copy(PROJECT / "babel.cfg", tmp_path)
    found = {text.id if isinstance(text.id, str) else text.id[0] for text in extract(tmp_path) if text.id}
    assert found == {"甲 %(n)s", "乙", "丙", "丁", "戊", "己", "庚"}
