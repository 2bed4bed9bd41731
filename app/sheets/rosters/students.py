"""The headers of a student roster."""

from __future__ import annotations

from collections.abc import Mapping

from app.rules.imports.students import LABELS, REQUIRED
from app.sheets.rosters.header import Vocabulary

_SYNONYMS: Mapping[str, str] = {
    "student_no": "学生编号 学生学号 学籍号 学员编号 studentno studentid studentnumber",
    "email": "电子邮箱 电子邮件 邮件 邮箱地址 用户邮箱 e-mail email mail",
    "nickname": "用户昵称 nickname",
    "real_name": "姓名 学生姓名 名字 中文姓名 name realname fullname studentname",
    "id_number": "身份证 身份证号码 身份证件号 身份证件号码 证件号 证件号码 公民身份号码 idnumber idcard",
    "birth_date": "出生日期 出生年月日 生日 birthdate birthday dateofbirth",
    "gender": "男女 gender sex",
    "entry_year": "年级 入学年级 入学年 入学年度 所在年级 当前所在级 entryyear year grade",
    "study_years": "学制年 学习年限 修业年限 studyyears",
    "class_name": "班级 班级名称 行政班 行政班级 所在班级 class classname",
    "major": "专业 专业名称 所在专业 主修专业 major",
    "mobile": "手机 手机号码 联系电话 移动电话 电话 电话号码 联系方式 本人电话 mobile phone mobilephone",
}

WORDS = Vocabulary(LABELS, REQUIRED, _SYNONYMS)
