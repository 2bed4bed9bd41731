"""The headers of a student roster."""

from __future__ import annotations

from collections.abc import Mapping

from app.rules.imports.students import LABELS, REQUIRED
from app.sheets.rosters.header import Vocabulary

#: Words that are read without a question.
_SYNONYMS: Mapping[str, str] = {
    "student_no": "学生编号 学生学号 学籍号 学员编号 studentno studentid studentnumber 学生号",
    "email": "电子邮箱 电子邮件 邮件 邮箱地址 用户邮箱 e-mail email mail 电子信箱 emailaddress",
    "nickname": "用户昵称 nickname",
    "real_name": "姓名 学生姓名 名字 中文姓名 name realname fullname studentname 学员姓名 本人姓名",
    "id_number": (
        "身份证 身份证号码 身份证件号 身份证件号码 证件号 证件号码 公民身份号码 idnumber idcard "
        "居民身份证号 居民身份证号码 身份号码"
    ),
    "birth_date": "出生日期 出生年月日 生日 birthdate birthday dateofbirth",
    "gender": "男女 gender sex",
    "entry_year": "年级 入学年级 入学年 入学年度 所在年级 当前所在级 entryyear year grade 届别 入校年份",
    "study_years": "学制年 学习年限 修业年限 studyyears 学制(年)",
    "class_name": (
        "班级 班级名称 行政班 行政班级 所在班级 class classname 专业班级 班号 班别 班级名 行政班名称 "
        "行政班号 自然班 所属班 所属行政班"
    ),
    "major": "专业 专业名称 所在专业 主修专业 major 主修 就读专业 录取专业 专业全称",
    "mobile": (
        "手机 手机号码 联系电话 移动电话 电话 电话号码 联系方式 本人电话 mobile phone mobilephone "
        "联系手机 手机电话 本人手机 本人手机号 学生手机号 学生电话"
    ),
}
#: Abbreviations and codes of programs: proposed to a person, never read unasked.
_HINTS: Mapping[str, str] = {
    "student_no": "stuno stuid sno snumber xh xuehao stunum studentcode 学籍编号 本校学号",
    "email": "dzyx youxiang",
    "nickname": "nc nicheng",
    "real_name": "xm xingming stuname sname cnname chinesename",
    "id_number": "sfzh sfz sfzhm sfzjh shenfenzheng idcardno idcardnumber identitycard",
    "birth_date": "csrq csny birth dob chushengriqi",
    "gender": "xb xingbie stugender stusex xbmc xbdm",
    "entry_year": "级 nj nianji rxnf rxnj dqszj rxny",
    "study_years": "xz xuezhi",
    "class_name": "班级代码 班级编号 bj banji bjmc bh stuclass clazz classno classid xzb xzbmc stu_class",
    "major": "zy zymc zhuanye specialty stumajor zydm",
    "mobile": "sjh sjhm sj shouji lxdh dh phonenumber tel telephone telno cellphone mobileno",
}

#: Most real lists name no class: it is asked once for the whole file.
WORDS = Vocabulary(LABELS, REQUIRED, _SYNONYMS, hints=_HINTS, constants=("class_name",))
