"""Rows of a roster that are no people: sums, signatures, notes, names of departments, repeated headers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_SUM = re.compile(
    r"[(（]?(?:合\s*计|小\s*计|总\s*计|共\s*计|累\s*计|总人数|人数(?:合计)?|共\s*\d+\s*[人名位条行]|"
    r"(?:合计|小计|总计|总人数|人数|共计|男|女)[:：]?\s*\d+\s*[人名位条行]?)[)）]?[:：。]?"
)
_END = re.compile(
    r"[-—*\s（(]*(?:以\s*下\s*(?:空\s*白|无\s*正?\s*文|为空)|此\s*页\s*以下\s*空白|空\s*白|完|结束|END)[-—*\s）)]*",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"(?:(?:备\s*注|说\s*明|填\s*表\s*说\s*明|填写说明|注意?(?:事项)?|附注?|附\s*件|提示|要求)\s*\d*\s*[:：、.]|※|注\s*\d*\s*[:：]).*"
    r"|(?:制\s*表|填\s*表|填\s*报|编\s*制|审\s*核|复\s*核|审\s*批|经\s*办|负\s*责|校\s*对|统\s*计|录\s*入|打\s*印|制\s*单|"
    r"报\s*送|主\s*管|领\s*导|院\s*长|签\s*[字名章]|盖\s*章|公\s*章)"
    r"(?:人|者|员|时间|日期|单位|部门|领导)?(?:签[字名章])?\s*(?:[:：].*|[(（](?:签|盖|公)[^)）]*[)）].*)?"
    r"|(?:单位|学院|院系|部门|日期|时间|年级|专业|班级|班主任|辅导员|联系人|联系电话|学期|学年)\s*[:：].*"
    r"|第\s*\d+\s*页.*|Page\s*\d+.*|共\s*\d+\s*页.*",
    re.DOTALL | re.IGNORECASE,
)
_GROUP = re.compile(r".{1,30}(?:学院|系|部|处|科|室|专业|年级|级|组|中心|大学|医院|班)(?:[(（:：].*)?")
#: What only a person has; a row with it is never left out as a sum or note.
_PERSONAL = re.compile(
    r"\d{15}|\d{17}[\dXx]|(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}|[^@\s]+@[^@\s]+\.\w+", re.ASCII
)
_CODE = re.compile(r"(?=.*\d)[0-9A-Za-z_.-]{5,20}", re.ASCII)
_MOST_WORDS = 6
#: The most frequent surnames: 王科 is a person, 内科 is a department.
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆"
    "汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)


def is_no_person(texts: Sequence[str], named: Mapping[str, str], required: Sequence[str]) -> bool:
    """Return whether a row, which lacks something that people need, is a sum, a note or a name of a group.

    Args:
        texts: the cells with content, as shown, in the order of the row.
        named: the texts of the columns that are read, by field.
        required: the fields that a person needs.
    """
    if not texts or any(_PERSONAL.fullmatch(text) for text in texts):
        return False
    first = texts[0]
    present = [field for field in required if named.get(field)]
    code = named.get("student_no", "")
    if code and _CODE.fullmatch(code) and not _SUM.fullmatch(first):
        return False
    if _SUM.fullmatch(first) or _END.fullmatch(first):
        return True
    if len(texts) <= _MOST_WORDS and _NOTE.fullmatch(first):
        return True
    if len(texts) == 1:
        return _is_single_word_of_a_group(first, present, required)
    return len(texts) > 1 and len(set(texts)) == 1 and _GROUP.fullmatch(first) is not None


def _is_single_word_of_a_group(text: str, present: Sequence[str], required: Sequence[str]) -> bool:
    """Return whether the only text of a row is no value of a person: the name of a group, or a sentence."""
    if len(text) > 20:
        return True
    if _GROUP.fullmatch(text) and not (len(text) <= 3 and text[0] in _SURNAMES):
        return True
    # A single text in an unread or optional column says nothing about a person; in a required column it may be one.
    return not present and bool(required)
