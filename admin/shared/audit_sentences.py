"""The words for the audit log's entries; codes without words here are shown as recorded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext, lazy_gettext

from app.rules.offerings.semesters import is_term, term_label
from app.services.alliance.visits import VISITOR_PREFIX
from app.services.shared.audit import LogEntry
from app.services.shared.audit_lookups import NUMBERED, Names
from app.web.shared.i18n import joined, translated

#: Every act that a use case records; a test compares them with the services' source.
ACTIONS: Mapping[str, Any] = {
    "login.succeeded": lazy_gettext("登录成功"),
    "login.failed": lazy_gettext("登录失败"),
    "settings.changed": lazy_gettext("修改学校设置"),
    "slips.printed": lazy_gettext("生成密码条"),
    "password.changed": lazy_gettext("修改密码"),
    "user.created": lazy_gettext("添加用户"),
    "user.edited": lazy_gettext("修改用户"),
    "user.disabled": lazy_gettext("停用账号"),
    "user.enabled": lazy_gettext("启用账号"),
    "user.password_reset": lazy_gettext("重置密码"),
    "user.role_changed": lazy_gettext("更改角色"),
    "user.revealed": lazy_gettext("查看完整信息"),
    "alliance.set_up": lazy_gettext("建立联盟"),
    "school.opened": lazy_gettext("开通学校"),
    "school.edited": lazy_gettext("修改学校信息"),
    "school.logo_changed": lazy_gettext("更换校徽"),
    "school.quotas_set": lazy_gettext("设置学校配额"),
    "school.suspended": lazy_gettext("暂停学校"),
    "school.resumed": lazy_gettext("恢复学校"),
    "announcement.created": lazy_gettext("起草公告"),
    "announcement.edited": lazy_gettext("修改公告"),
    "announcement.published": lazy_gettext("发布公告"),
    "announcement.withdrawn": lazy_gettext("撤回公告"),
    "announcement.deleted": lazy_gettext("删除公告"),
    "figures.counted": lazy_gettext("更新活跃数据"),
    "visit.offered": lazy_gettext("秘书处申请进入学校"),
    "visit.started": lazy_gettext("秘书处进入学校"),
    "visit.ended": lazy_gettext("秘书处来访结束"),
    "class.created": lazy_gettext("创建班级"),
    "class.head_teacher_set": lazy_gettext("指定班主任"),
    "class.edited": lazy_gettext("修改班级"),
    "class.archived": lazy_gettext("归档班级"),
    "class.restored": lazy_gettext("恢复班级"),
    "class.deleted": lazy_gettext("删除班级"),
    "class.students_added": lazy_gettext("关联学生"),
    "class.students_removed": lazy_gettext("把学生移出班级"),
    "class.students_moved": lazy_gettext("整班转入"),
    "class.move_undone": lazy_gettext("撤销整班转入"),
    "class.courses_selected": lazy_gettext("班级选课"),
    "class.selection_undone": lazy_gettext("撤销班级选课"),
    "class.later_joiners_answered": lazy_gettext("设置后加入的学生是否注册"),
    "roster_import.uploaded": lazy_gettext("上传导入表格"),
    "roster_import.checked": lazy_gettext("检查导入表格"),
    "roster_import.rechecked": lazy_gettext("重新检查导入表格"),
    "roster_import.refused": lazy_gettext("表格无法读取"),
    "roster_import.confirmed": lazy_gettext("确认导入"),
    "roster_import.applied": lazy_gettext("导入用户"),
    "roster_import.failed": lazy_gettext("导入失败"),
    "roster_import.discarded": lazy_gettext("放弃导入"),
    "roster_import.undone": lazy_gettext("撤销导入"),
    "roster_import.problems_downloaded": lazy_gettext("下载问题数据"),
    "roster_import.columns_asked": lazy_gettext("表头待确认"),
    "roster_import.choices_made": lazy_gettext("选择读取方式"),
    "roster_import.columns_confirmed": lazy_gettext("确认列对应"),
    "roster_import.answered": lazy_gettext("确认同名教师"),
    "roster_import.rule_changed": lazy_gettext("选择更新方式"),
    "roster_import.file_downloaded": lazy_gettext("下载导入文件"),
    "roster_import.logins_downloaded": lazy_gettext("下载登录名清单"),
    "course.created": lazy_gettext("创建课程"),
    "course.edited": lazy_gettext("修改课程"),
    "course.draft_discarded": lazy_gettext("放弃课程修改"),
    "course.published": lazy_gettext("发布课程版本"),
    "course.version_announced": lazy_gettext("通知课程新版本"),
    "course.released": lazy_gettext("向联盟开放课程"),
    "course.submitted": lazy_gettext("提交课程审核"),
    "course.approved": lazy_gettext("通过课程审核"),
    "course.rejected": lazy_gettext("不通过课程审核"),
    "course.taken_off": lazy_gettext("已通过的课程改为不通过"),
    "course.recommended": lazy_gettext("推荐课程"),
    "course.recommendation_withdrawn": lazy_gettext("撤回推荐"),
    "course.accepted": lazy_gettext("采纳推荐的课程"),
    "course.declined": lazy_gettext("不采纳推荐的课程"),
    "course.licensed": lazy_gettext("授权课程"),
    "course.licence_ended": lazy_gettext("终止课程授权"),
    "course.licence_extended": lazy_gettext("修改授权期限"),
    "licence_import.checked": lazy_gettext("检查授权表格"),
    "licence_import.applied": lazy_gettext("按表格授权课程"),
    "licence_import.discarded": lazy_gettext("放弃授权表格"),
    "offering.scheduled": lazy_gettext("修改课程日期"),
    "offering.declined": lazy_gettext("拒绝联盟慕课"),
    "offering.reconsidered": lazy_gettext("重新考虑联盟慕课"),
    "offering.offered_again": lazy_gettext("再次开课"),
    "offering.term_dropped": lazy_gettext("取消开课"),
    "offering.operating_teacher_set": lazy_gettext("指定运营教师"),
    "offering.assistants_added": lazy_gettext("关联助教"),
    "offering.assistant_removed": lazy_gettext("移除助教"),
    "offering.assessment_set": lazy_gettext("设置本校评价"),
    "offering.licence_ended": lazy_gettext("授权到期自动下线"),
    "alliance.policy_set": lazy_gettext("修改联盟设置"),
    "offering.online": lazy_gettext("课程上线"),
    "offering.offline": lazy_gettext("课程下线"),
    "registration.registered": lazy_gettext("注册课程"),
    "registration.withdrawn": lazy_gettext("退出课程"),
    "registration.waiting": lazy_gettext("进入候补"),
    "registration.left_waiting": lazy_gettext("退出候补"),
    "registration.promoted": lazy_gettext("候补转为注册"),
    "registration.added": lazy_gettext("添加注册学生"),
    "registration.removed": lazy_gettext("移出课程"),
    "registration.waiting_removed": lazy_gettext("移出候补"),
    "registration.admitted": lazy_gettext("优先录取"),
    "registration.exported": lazy_gettext("导出注册学生"),
    "calendar.address_made": lazy_gettext("生成日历订阅地址"),
    "mail.retried": lazy_gettext("重新发送邮件"),
    "user.own_changed": lazy_gettext("修改自己的信息"),
    "user.photo_changed": lazy_gettext("更换自己的照片"),
    "user.photo_removed": lazy_gettext("删除自己的照片"),
    "user.own_numbers_shown": lazy_gettext("查看自己的完整信息"),
    "user.email_asked": lazy_gettext("申请更换邮箱"),
    "user.email_ask_withdrawn": lazy_gettext("取消更换邮箱"),
    "user.email_confirmed": lazy_gettext("确认新邮箱"),
    "user.own_data_downloaded": lazy_gettext("下载自己的数据"),
    "consent.accepted": lazy_gettext("同意个人信息处理告知"),
    "change_request.submitted": lazy_gettext("申请修改信息"),
    "change_request.withdrawn": lazy_gettext("撤回修改申请"),
    "change_request.opened": lazy_gettext("查看含身份证号的申请"),
    "change_request.file_opened": lazy_gettext("查看证明材料"),
    "change_request.approved": lazy_gettext("通过修改申请"),
    "change_request.rejected": lazy_gettext("不通过修改申请"),
    "graduates.deleted": lazy_gettext("清理毕业生数据"),
}
OBJECTS: Mapping[str, Any] = {
    "user": lazy_gettext("用户"),
    "school": lazy_gettext("学校"),
    "class": lazy_gettext("班级"),
    "course": lazy_gettext("课程"),
    "offering": lazy_gettext("本校课程"),
    "roster_import": lazy_gettext("导入"),
    "mail": lazy_gettext("邮件"),
    "licence_import": lazy_gettext("授权表格"),
    "change_request": lazy_gettext("修改申请"),
    "announcement": lazy_gettext("公告"),
    "visit": lazy_gettext("来访"),
}
_DATES = {
    "starts_on": lazy_gettext("课程开始时间"),
    "ends_on": lazy_gettext("课程结束时间"),
    "registration_starts_on": lazy_gettext("课程注册开始时间"),
    "registration_ends_on": lazy_gettext("课程注册结束时间"),
}
#: The names of facts, and of the fields that a fact lists.
FACTS: Mapping[str, Any] = {
    **_DATES,
    "name": lazy_gettext("名称"),
    "short_name": lazy_gettext("简称"),
    "slug": lazy_gettext("二级域名"),
    "unit_code": lazy_gettext("单位代码"),
    "accent": lazy_gettext("主题色"),
    "timezone": lazy_gettext("时区"),
    "title": lazy_gettext("课程名称"),
    "category": lazy_gettext("课程分类"),
    "teachers": lazy_gettext("主讲教师"),
    "source_name": lazy_gettext("课程来源"),
    "summary": lazy_gettext("课程简介"),
    "description": lazy_gettext("课程介绍"),
    "hours": lazy_gettext("学时"),
    "credit": lazy_gettext("学分"),
    "seats": lazy_gettext("名额"),
    "licence_ends_on": lazy_gettext("授权截止日期"),
    "licence_starts_on": lazy_gettext("授权开始日期"),
    "local_assessment": lazy_gettext("允许本校设置评价"),
    "granted": lazy_gettext("新授权"),
    "renewed_or_changed": lazy_gettext("更新授权"),
    "schools": lazy_gettext("学校数"),
    "titles": lazy_gettext("课程"),
    "filename": lazy_gettext("文件名"),
    "most_people": lazy_gettext("账号上限"),
    "most_courses": lazy_gettext("本校课程上限"),
    "school_id": lazy_gettext("学校编号"),
    "user_id": lazy_gettext("用户"),
    "student_no": lazy_gettext("学号"),
    "login_name": lazy_gettext("登录名"),
    "real_name": lazy_gettext("真实姓名"),
    "nickname": lazy_gettext("昵称"),
    "email": lazy_gettext("邮箱"),
    "mobile": lazy_gettext("手机号"),
    "id_number": lazy_gettext("身份证号"),
    "birth_date": lazy_gettext("出生年月"),
    "gender": lazy_gettext("性别"),
    "entry_year": lazy_gettext("入学年份"),
    "study_years": lazy_gettext("学制"),
    "class_id": lazy_gettext("所属班级"),
    "major": lazy_gettext("所属专业"),
    "bio": lazy_gettext("教师简介"),
    "photo_sha": lazy_gettext("图片"),
    "class_name": lazy_gettext("所属班级"),
    "count": lazy_gettext("人数"),
    "version": lazy_gettext("版本"),
    "file": lazy_gettext("文件编号"),
    "files": lazy_gettext("文件数"),
    "students": lazy_gettext("学生人数"),
    "registrations": lazy_gettext("课程报名"),
    "change_requests": lazy_gettext("修改申请"),
    "messages": lazy_gettext("消息"),
    "mails": lazy_gettext("邮件"),
    "consents": lazy_gettext("同意记录"),
    "import_rows": lazy_gettext("导入的行"),
    "field": lazy_gettext("项目"),
    "reason": lazy_gettext("原因"),
    "kind": lazy_gettext("用户类型"),
    "head_teacher": lazy_gettext("班主任"),
    "teacher": lazy_gettext("运营教师"),
    "assistants": lazy_gettext("助教"),
    "term": lazy_gettext("学期"),
    "own": lazy_gettext("本校自设"),
    "ended": lazy_gettext("结束日期"),
    "requires_operating_teacher": lazy_gettext("上线前须指定运营教师"),
    "changed": lazy_gettext("修改"),
    "old": lazy_gettext("原值"),
    "new": lazy_gettext("新值"),
    "rows": lazy_gettext("行数"),
    "size": lazy_gettext("字节数"),
    "accepted": lazy_gettext("已接收"),
    "create": lazy_gettext("新建"),
    "created": lazy_gettext("新建"),
    "change": lazy_gettext("修改"),
    "unchanged": lazy_gettext("无变化"),
    "problem": lazy_gettext("有问题"),
    "classes": lazy_gettext("班级数"),
    "removed": lazy_gettext("删除"),
    "restored": lazy_gettext("恢复"),
    "kept": lazy_gettext("保留"),
    "initial_password": lazy_gettext("初始密码"),
    "slip_days": lazy_gettext("密码条有效天数"),
    "mail_sender": lazy_gettext("邮件发件人名称"),
    "help_contact": lazy_gettext("联系方式"),
    "good_until": lazy_gettext("有效期至"),
    "add_unit_code": lazy_gettext("加上单位代码"),
    "number": lazy_gettext("班级编号"),
    "left": lazy_gettext("离开的班级"),
    "from": lazy_gettext("原班级"),
    "to": lazy_gettext("新班级"),
    "archived": lazy_gettext("已归档"),
    "registered": lazy_gettext("新注册"),
    "refused": lazy_gettext("未能注册"),
    "later_joiners": lazy_gettext("后加入的学生"),
}
VALUES: Mapping[str, Any] = {
    "rule": lazy_gettext("按规则生成"),
    "random": lazy_gettext("随机生成，用密码条发放"),
    "student": lazy_gettext("学生"),
    "teacher": lazy_gettext("教师"),
    "administrator": lazy_gettext("管理员"),
    "secretary": lazy_gettext("秘书处"),
    "male": lazy_gettext("男"),
    "female": lazy_gettext("女"),
    "id_number": lazy_gettext("身份证号"),
    "mobile": lazy_gettext("手机号"),
    "follow": lazy_gettext("自动注册"),
    "stay": lazy_gettext("不注册"),
}
#: Maps the subjects of acts in older entries to their present names.
_FORMER_SUBJECTS = {"enrolment": "registration"}
_PEOPLE: Mapping[str, Any] = {
    "system": lazy_gettext("系统"),
    "operator": lazy_gettext("运维人员"),
    "anonymous": lazy_gettext("访客"),
}
_PLACES = {key: place for place, key in enumerate(FACTS)}
#: Technical facts that are not shown: fingerprints of pictures and the like.
_UNSHOWN = {"sha", "user_ids", "course_ids", "school_ids", "selection_id", "before"}
#: Facts whose name differs for this type of object.
_OF_TYPE: Mapping[tuple[str, str], Any] = {("announcement", "title"): lazy_gettext("标题")}


def action_name(code: str) -> str:
    """Return the act in words."""
    return str(ACTIONS.get(code) or ACTIONS.get(_present_code(code), code))


def _present_code(code: str) -> str:
    """Return the present code of an act that older entries hold under a former code; entries are never rewritten."""
    subject, _, act = code.partition(".")
    return f"{_FORMER_SUBJECTS.get(subject, subject)}.{act}"


def object_name(entry: LogEntry, names: Names) -> str:
    """Return the name of the act's object, or its number if it no longer exists."""
    kind = str(OBJECTS.get(entry.object_type, entry.object_type))
    if entry.object_id is None:
        return kind
    return f"{kind} {names.get((entry.object_type, entry.object_id), entry.object_id)}"


def actor_name(entry: LogEntry) -> str:
    """Return the name of the actor: a person, the platform itself, or a visitor of the secretariat."""
    if entry.actor_id is None and entry.actor_name.startswith(VISITOR_PREFIX):
        return gettext("秘书处 · %(name)s", name=entry.actor_name.removeprefix(VISITOR_PREFIX))
    return entry.actor_name if entry.actor_id else str(_PEOPLE.get(entry.actor_name, entry.actor_name))


def details(entry: LogEntry, names: Names) -> str:
    """Return the recorded facts in one line; old and new values of a field side by side."""
    data = {key: value for key, value in entry.data.items() if key not in _UNSHOWN and value != []}
    old, new = data.get("old"), data.get("new")
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        beside = {key: value for key, value in data.items() if key not in ("old", "new")}
        old, new = _named(old, names), _named(new, names)
        data = beside | {
            key: f"{_plain(old.get(key))} → {_plain(value)}"
            for key, value in new.items()
            if value != old.get(key)
        }
    words = {fact: word for (kind, fact), word in _OF_TYPE.items() if kind == entry.object_type}
    return " · ".join(joined(pair, "：") for pair in _pairs(_named(data, names), words))


def _named(data: Mapping[str, Any], names: Names) -> dict[str, Any]:
    return {key: _name(key, value, names) for key, value in data.items()}


def _name(key: str, value: Any, names: Names) -> Any:
    if key in NUMBERED and type(value) is int:
        return names.get((NUMBERED[key], value), value)
    return translated(term_label(value)) if key == "term" and is_term(str(value)) else value


def _pairs(data: Mapping[str, Any], words: Mapping[str, Any] | None = None) -> list[tuple[str, str]]:
    # PostgreSQL stores the keys of JSONB by length; this restores the order in which people know the fields.
    keys = sorted(data, key=lambda key: (_PLACES.get(key, len(_PLACES)), key))
    labels = {**FACTS, **(words or {})}
    return [(str(labels.get(key, key)), _plain(data[key])) for key in keys]


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    if value is None:
        return "—"
    if isinstance(value, Mapping):
        return joined(f"{key} {text}" for key, text in _pairs(value))
    if isinstance(value, list):
        return joined(str(FACTS.get(item, item)) for item in map(str, value))
    return str(VALUES.get(value, value))
