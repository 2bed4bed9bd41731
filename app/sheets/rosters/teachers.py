"""The headers of a teacher roster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.rules.imports.teachers import LABELS, REQUIRED
from app.sheets.reading.refusals import refused
from app.sheets.rosters.header import Vocabulary
from app.sheets.rosters.students import WORDS as STUDENT_WORDS

_SYNONYMS: Mapping[str, str] = {
    "real_name": "姓名 教师姓名 老师姓名 名字 中文姓名 name realname fullname teachername",
    "id_number": "身份证 身份证号码 身份证件号 身份证件号码 证件号 证件号码 公民身份号码 idnumber idcard",
    "mobile": "手机 手机号码 联系电话 移动电话 电话 电话号码 联系方式 本人电话 mobile phone mobilephone",
    "email": "用户邮箱 电子邮箱 电子邮件 邮件 邮箱地址 e-mail email mail",
    "bio": "简介 个人简介 教师介绍 个人介绍 介绍 bio introduction profile",
    "picture": "照片 教师图片 教师照片 头像 图片文件名 照片文件名 picture photo image avatar",
    "login_name": "登录账号 登陆名 用户名 账号 loginname username account",
}
WORDS = Vocabulary(LABELS, REQUIRED, _SYNONYMS)

#: Columns that only student rosters have: with one of them, students would become teachers.
_STUDENT_FIELDS = ("student_no", "class_name")


def refuse_students(header: Sequence[str]) -> None:
    """Refuse the header of a student roster.

    Raises:
        SheetRefused: the header has a column that only students have.
    """
    for text in header:
        if STUDENT_WORDS.field_of(text) in _STUDENT_FIELDS:
            raise refused("students_not_teachers", {"label": text.strip(" *＊")})
