"""Words that stand for nothing."""

from __future__ import annotations

import pytest

from app.rules.imports.blank_words import is_blank_word


@pytest.mark.parametrize(
    "text",
    [
        "无",
        "暂无",
        "-",
        "—",
        "——",
        "/",
        "待定",
        "同上",
        "〃",
        "NULL",
        "null",
        "#N/A",
        "N/A",
        "None",
        "nan",
        "（空）",
        " 无 ",
        "...",
        '"',
    ],
)
def test_a_word_for_nothing(text: str) -> None:
    assert is_blank_word(text)


@pytest.mark.parametrize(
    "text", ["吴", "无锡班", "临床1班", "王小明", "0", "1-2", "张三", "Nancy", "A/B", "同上班"]
)
def test_a_value(text: str) -> None:
    assert not is_blank_word(text)
