"""Numbers of cells, rendered by the format codes of spreadsheets.

The module does not render every format. It tells where the shown text differs in substance from the number (zeros in
front, words, inserted signs), and whether that text is certain. It imports little because every start of the child
process loads it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Literal, NamedTuple

Outcome = Literal["plain", "text", "unclear"]


class Shown(NamedTuple):
    """A cell as its format shows it.

    Args:
        outcome: ``plain`` when the value itself is what is shown, ``text`` when another text is shown for certain,
            ``unclear`` when another text is shown that cannot be told for sure.
        text: the text, or the probable one.
    """

    outcome: Outcome
    text: str = ""


PLAIN = Shown("plain")

#: The codes of the built-in formats that may show something other than the number, or a date.
BUILTIN_CODES = {9: "0%", 10: "0.00%", 12: "# ?/?", 13: "# ??/??", 46: "[h]:mm:ss", 49: "@"}

#: Spreadsheet programs keep 15 digits; longer numbers are refused as cut by those who read them.
_TOO_LONG = 10**15
#: General switches to scientific notation from here on, unless the column is narrower still.
_GENERAL_LIMIT = 10**11
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?'
    r"|\\(?P<escaped>.)"
    r"|_(?P<blank>.)"
    r"|\*(?P<fill>.)"
    r"|\[(?P<bracket>[^\]]*)\]"
    r"|(?P<general>General|G/通用格式)"
    r"|(?P<meridiem>AM/PM|A/P|上午/下午)"
    r"|(?P<exponent>E[+-])"
    r"|(?P<digit>[0#?])"
    r"|(?P<mark>[.,%@/])"
    r"|(?P<end>;)"
    r"|(?P<date>[ymdhsebga])"
    r"|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?[0-9]+(?:\.[0-9]+)?)")
_DECORATION = " \u00a0\u3000¥￥$€£"
_FRACTION = re.compile(r"[0#?]\s*/\s*[0-9#?]")
_CHINESE_DIGITS = {
    "1": str.maketrans("0123456789", "〇一二三四五六七八九"),
    "2": str.maketrans("0123456789", "零壹贰叁肆伍陆柒捌玖"),
    "3": str.maketrans("0123456789", "０１２３４５６７８９"),
}


class _Section(NamedTuple):
    """A part of a code between semicolons: its tokens as (kind, text), its condition, and what it holds."""

    tokens: tuple[tuple[str, str], ...]
    condition: tuple[str, float] | None
    dated: bool
    elapsed: bool
    odd: bool
    chinese: str

    def count(self, kind: str, text: str = "") -> int:
        """Return how many tokens are of this kind, and have this text if it is not empty."""
        return sum(kind == found and text in {"", part} for found, part in self.tokens)

    @property
    def words(self) -> bool:
        """Whether the section shows signs that are no mere decoration."""
        return any(kind == "literal" and part.strip(_DECORATION) for kind, part in self.tokens)


def shown_text(value: float | str, code: str) -> Shown:
    """Return what a cell with this value and this format code shows.

    Args:
        value: the number, or the text of a cell of text.
        code: the format code as files store it, in the English notation.
    Returns:
        Dates are ``plain``, since the reader types them; so is a number whose format only decorates it.
    """
    if not may_differ(code):
        return PLAIN
    if not code.strip("0") and not isinstance(value, str) and 0 <= value < _TOO_LONG and value == int(value):
        # The commonest of these formats, in whole columns.
        digits = str(int(value))
        return Shown("text", digits.zfill(len(code))) if len(digits) < len(code) else PLAIN
    sections = _sections(code)
    if isinstance(value, str):
        return _shown_string(value, sections)
    number = Decimal(format(value, ".15g"))
    if not number.is_finite():
        return PLAIN
    try:
        return _shown_by(number, sections)
    except ArithmeticError:
        # A format with more places than any number has.
        return Shown("unclear", _general(number))


def _shown_by(number: Decimal, sections: Sequence[_Section]) -> Shown:
    section, negative_by_place = _chosen(number, sections)
    if section is None:
        return Shown("unclear", _general(number))
    if section.elapsed:
        return Shown("unclear", _elapsed(number, section) if abs(number) < _TOO_LONG else _general(number))
    if section.dated or abs(number) >= _TOO_LONG:
        return PLAIN
    sign = "-" if number < 0 and not negative_by_place else ""
    shown = _shown_number(abs(number), section, sign)
    if number < 0 and any(part.condition for part in sections) and shown.outcome == "text":
        return Shown("unclear", shown.text)
    if negative_by_place and shown.outcome == "text" and shown.text.strip("()-") == _general(abs(number)):
        return PLAIN
    return shown


@lru_cache(maxsize=4096)
def may_differ(code: str) -> bool:
    """Return whether a cell with this format code may show something other than its value in substance.

    A date alone does not differ: the reader types dates.
    """
    sections = _sections(code)
    if len(sections) == 1 and sections[0].dated:
        return sections[0].elapsed
    return (len(sections) > 1 and any(not section.tokens for section in sections)) or any(
        map(_differs, sections)
    )


def _differs(section: _Section) -> bool:
    if section.elapsed or section.odd or section.chinese:
        return True
    if section.dated:
        return False
    if section.words or section.count("mark", "%") or section.count("fraction"):
        return True
    return len(_integer_zeros(section)) > 1 or _scaled(section)


@lru_cache(maxsize=1024)
def _sections(code: str) -> tuple[_Section, ...]:
    sections: list[_Section] = []
    tokens: list[re.Match[str]] = []
    for match in _TOKEN.finditer(code):
        if match.lastgroup == "end":
            sections.append(_section(tokens))
            tokens = []
        else:
            tokens.append(match)
    sections.append(_section(tokens))
    return tuple(sections)


def _section(matches: list[re.Match[str]]) -> _Section:
    tokens: list[tuple[str, str]] = []
    condition = None
    odd = False
    chinese = ""
    for match in matches:
        kind = match.lastgroup or ""
        part = match[kind]
        if kind == "fill":
            odd = odd or part.strip(" -") != ""
        elif kind == "bracket":
            if compared := _CONDITION.fullmatch(part):
                condition = (compared[1], float(compared[2]))
            elif part.lower().startswith("dbnum"):
                chinese = part[5:]
            else:
                tokens += _bracket(part)
        else:
            odd = odd or (kind == "other" and (part == "!" or (part.isascii() and part.isalpha())))
            tokens.append(_token(kind, part))
    kinds = {kind for kind, _ in tokens}
    dated, elapsed = "date" in kinds, "elapsed" in kinds
    return _Section(_with_fraction(tokens, dated=dated), condition, dated, elapsed, odd, chinese)


def _bracket(part: str) -> list[tuple[str, str]]:
    """Return what brackets other than conditions show: a unit of duration, or a sign of currency."""
    if _ELAPSED.fullmatch(part):
        return [("elapsed", part.lower())]
    symbol = part[1:].partition("-")[0] if part.startswith("$") else ""
    return [("literal", symbol)] if symbol else []


def _token(kind: str, part: str) -> tuple[str, str]:
    if kind in {"quoted", "escaped", "other"}:
        return "literal", part
    if kind == "blank":
        return "literal", " "
    if kind in {"date", "meridiem"}:
        return "date", part.lower()
    return kind, part


def _with_fraction(tokens: list[tuple[str, str]], *, dated: bool) -> tuple[tuple[str, str], ...]:
    """Mark a slash between placeholders as a fraction; any other slash is shown as it is."""
    plain = "".join(part for kind, part in tokens if kind in {"digit", "mark", "literal"})
    if not dated and any(kind == "digit" for kind, _ in tokens) and _FRACTION.search(plain):
        return (*tokens, ("fraction", ""))
    return tuple(
        ("literal", part) if (kind, part) == ("mark", "/") else (kind, part) for kind, part in tokens
    )


def _chosen(number: Decimal, sections: Sequence[_Section]) -> tuple[_Section | None, bool]:
    """Return the section that applies to a number, and whether it stands there for negative numbers."""
    numeric = sections[:3] if len(sections) > 3 else sections
    if len(numeric) == 1 and numeric[0].condition is None:
        return numeric[0], False
    if any(section.condition for section in numeric):
        for place, section in enumerate(numeric):
            if section.condition is None:
                # Between a condition and a last section, an unconditional one has a rule that programs differ on.
                return (section, False) if place == len(numeric) - 1 else (None, False)
            if _holds(number, section.condition):
                return section, False
        return None, False
    if number < 0 and not numeric[1].count("mark", "@"):
        return numeric[1], True
    if number == 0 and len(numeric) > 2:
        return numeric[2], False
    return numeric[0], False


def _holds(number: Decimal, condition: tuple[str, float]) -> bool:
    sign, bound = condition[0], Decimal(str(condition[1]))
    return {
        "<": number < bound,
        ">": number > bound,
        "=": number == bound,
        "<=": number <= bound,
        ">=": number >= bound,
        "<>": number != bound,
    }[sign]


def _shown_string(text: str, sections: Sequence[_Section]) -> Shown:
    holders = [section for section in sections if section.count("mark", "@")]
    if len(sections) == 4:
        holders = [sections[3]]
    if not holders:
        return PLAIN
    section = holders[-1]
    if not section.tokens:
        return Shown("unclear", "")
    if not section.words:
        return PLAIN
    shown = "".join(text if kind == "mark" and part == "@" else part for kind, part in section.tokens)
    certain = not section.odd and all(
        kind == "literal" or (kind == "mark" and part == "@") for kind, part in section.tokens
    )
    return Shown("text" if certain else "unclear", shown.strip())


def _shown_number(number: Decimal, section: _Section, sign: str) -> Shown:
    if not section.tokens:
        return Shown("text" if number == 0 else "unclear", "")
    if section.count("mark", "@"):
        text = sign + "".join(_general(number) if part == "@" else part for _, part in section.tokens).strip()
        return Shown("unclear", text) if section.words else PLAIN
    if section.count("general"):
        return _shown_general(number, section, sign)
    if section.count("exponent"):
        return Shown("unclear", sign + _general(number)) if section.words or section.odd else PLAIN
    if section.count("fraction"):
        whole = number == number.to_integral_value() and not section.odd
        return PLAIN if whole and not section.words else Shown("unclear", sign + _general(number))
    if not section.count("digit"):
        text = sign + "".join(part for kind, part in section.tokens if kind == "literal").strip()
        return Shown("unclear" if section.odd else "text", text)
    text, exact = _rendered(number, section)
    if section.chinese:
        return Shown("unclear", sign + text.translate(_CHINESE_DIGITS.get(section.chinese, {})))
    padded = len(_integer_zeros(section)) > len(_integer_digits(number))
    if not (section.words or padded or section.odd or _scaled(section) or section.count("mark", "%")):
        return PLAIN
    certain = exact and not section.odd and not _scaled(section) and not (padded and _grouped(section))
    return Shown("text" if certain else "unclear", sign + text)


def _shown_general(number: Decimal, section: _Section, sign: str) -> Shown:
    text = sign + "".join(_general(number) if kind == "general" else part for kind, part in section.tokens)
    if section.chinese:
        return Shown("unclear", text.strip().translate(_CHINESE_DIGITS.get(section.chinese, {})))
    if not section.words and not section.odd:
        return PLAIN
    certain = number < _GENERAL_LIMIT and number == number.to_integral_value() and not section.odd
    return Shown("text" if certain else "unclear", text.strip())


def _rendered(number: Decimal, section: _Section) -> tuple[str, bool]:
    """Return the number as its placeholders show it, and whether nothing was rounded away."""
    percent = section.count("mark", "%")
    number *= 100**percent
    tokens = [token for token in section.tokens if token != ("mark", ",")]
    point = tokens.index(("mark", ".")) if ("mark", ".") in tokens else len(tokens)
    places = sum(kind == "digit" for kind, _ in tokens[point:])
    rounded = number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    whole, _, fraction = format(rounded, "f").partition(".")
    left = list(whole.lstrip("0"))
    pieces: list[str] = []
    holders = sum(kind == "digit" for kind, _ in tokens[:point])
    taken = 0
    for kind, part in reversed(tokens[:point]):
        if kind != "digit":
            pieces.append(part)
            continue
        holders -= 1
        for _ in range(1 if holders else max(len(left), 1)):
            digit = left.pop() if left else {"0": "0", "?": " "}.get(part, "")
            if taken and taken % 3 == 0 and digit.strip() and _grouped(section):
                pieces.append(",")
            pieces.append(digit)
            taken += 1
    text = "".join(reversed(pieces))
    shown = fraction.rstrip("0")
    for place, (kind, part) in enumerate(tokens[point:]):
        if kind != "digit":
            text += part
            continue
        position = sum(found == "digit" for found, _ in tokens[point : point + place])
        if position < len(shown) or part == "0":
            text += fraction[position]
    return text.strip(), rounded == number


def _integer_zeros(section: _Section) -> list[str]:
    """Return the placeholders before the point from the first 0 on, which show a digit in any case."""
    digits: list[str] = []
    for kind, part in section.tokens:
        if (kind, part) == ("mark", ".") or kind in {"exponent", "fraction"}:
            break
        if kind == "digit" and (digits or part == "0"):
            digits.append(part)
    return digits


def _integer_digits(number: Decimal) -> str:
    return str(int(number)) if number >= 1 else "0"


def _grouped(section: _Section) -> bool:
    """Return whether a comma stands between placeholders, which separates thousands."""
    return _comma(section, trailing=False)


def _scaled(section: _Section) -> bool:
    """Return whether a comma follows the last placeholder before the point, which divides by a thousand."""
    return _comma(section, trailing=True)


def _comma(section: _Section, *, trailing: bool) -> bool:
    marks = "".join(
        part for kind, part in section.tokens if kind == "digit" or (part in {",", "."} and kind == "mark")
    )
    whole = marks.partition(".")[0]
    return whole.endswith(",") if trailing else "," in whole.strip(",")


def _general(number: Decimal) -> str:
    if number == number.to_integral_value() and abs(number) < _TOO_LONG:
        return str(int(number))
    return format(float(number), ".10g")


def _elapsed(number: Decimal, section: _Section) -> str:
    """Return a duration as hours, minutes or seconds since zero, as far as its first unit says."""
    unit = next(part[0] for kind, part in section.tokens if kind == "elapsed")
    seconds = int((abs(number) * 86400).to_integral_value())
    sign = "-" if number < 0 else ""
    if unit == "s":
        return f"{sign}{seconds}"
    hours, minutes = divmod(seconds // 60, 60)
    if unit == "m":
        return f"{sign}{seconds // 60}:{seconds % 60:02d}"
    dated = [part for kind, part in section.tokens if kind == "date"]
    return f"{sign}{hours}:{minutes:02d}" + (f":{seconds % 60:02d}" if "s" in dated else "")
