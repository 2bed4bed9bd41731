"""系统管理 → 权限一览: the table of permissions in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_admin import BaseView
from flask_admin.base import expose
from flask_babel import lazy_gettext, lazy_pgettext

from admin.base import PEOPLE, SecureView
from app.rules.permissions import Action, Reach, Role, reach
from app.web.shared.context import request_school

#: Every act in words, by subject; a test compares them with the table.
WORDS: Sequence[tuple[Any, Mapping[Action, Any]]] = (
    (
        lazy_pgettext("several", "用户"),
        {
            Action.ENTER_MANAGEMENT: lazy_gettext("进入管理端（教师端）"),
            Action.SEE_PEOPLE: lazy_gettext("查看用户"),
            Action.EDIT_PEOPLE: lazy_gettext("添加、修改、停用用户，重置密码"),
            Action.REVEAL_PERSONAL_DATA: lazy_gettext("查看完整的身份证号和手机号（留有记录）"),
            Action.CHANGE_RIGHTS: lazy_gettext("更改角色"),
            Action.IMPORT_ROSTER: lazy_gettext("学生用户导入、教师用户导入"),
            Action.CHANGE_FIRST_PASSWORDS: lazy_gettext("更改初始密码方式"),
            Action.PRINT_SLIPS: lazy_gettext("打印密码条"),
            Action.REVIEW_REQUESTS: lazy_gettext("学籍信息审核"),
            Action.DELETE_GRADUATES: lazy_gettext("毕业生数据清理"),
        },
    ),
    (
        lazy_pgettext("several", "班级"),
        {
            Action.SEE_CLASSES: lazy_gettext("查看班级和学生的学习情况"),
            Action.MANAGE_CLASSES: lazy_gettext("添加、修改、归档班级，关联学生"),
            Action.DELETE_CLASS: lazy_gettext("删除空的班级"),
            Action.SET_HEAD_TEACHER: lazy_gettext("指定班主任"),
            Action.SELECT_COURSES: lazy_gettext("为班级选课"),
        },
    ),
    (
        lazy_pgettext("several", "课程"),
        {
            Action.SEE_OFFERINGS: lazy_gettext("查看慕课列表和课程"),
            Action.CREATE_COURSE: lazy_gettext("新建本校慕课"),
            Action.EDIT_COURSE: lazy_gettext("修改本校慕课的内容"),
            Action.DISCARD_DRAFT: lazy_gettext("放弃课程修改"),
            Action.SUBMIT_COURSE: lazy_gettext("提交本校慕课审核"),
            Action.REVIEW_COURSE: lazy_gettext("审核本校慕课"),
            Action.RECOMMEND_COURSE: lazy_gettext("向联盟推荐课程"),
            Action.SCHEDULE_OFFERING: lazy_gettext("设置课程和注册时间"),
            Action.PUBLISH_OFFERING: lazy_gettext("联盟慕课上线、下线、再次开课"),
            Action.DROP_TERM: lazy_gettext("取消开课"),
            Action.DECLINE_LICENCE: lazy_gettext("拒绝联盟慕课"),
            Action.ASSIGN_STAFF: lazy_gettext("指定运营教师，关联助教"),
            Action.MANAGE_REGISTRATIONS: lazy_gettext("管理注册学生"),
            Action.EXPORT_REGISTRATIONS: lazy_gettext("导出注册学生"),
            Action.REGISTER: lazy_gettext("注册和退选课程"),
        },
    ),
    (
        lazy_gettext("学校"),
        {
            Action.SEE_FIGURES: lazy_gettext("查看学校数据概览"),
            Action.CHANGE_SETTINGS: lazy_gettext("学校设置"),
            Action.ANNOUNCE: lazy_gettext("发布公告"),
            Action.SEE_AUDIT: lazy_gettext("查看操作日志"),
            Action.SEE_MAILS: lazy_gettext("查看邮件发送情况"),
        },
    ),
    (
        lazy_gettext("联盟"),
        {
            Action.OPEN_SCHOOL: lazy_gettext("开通学校"),
            Action.MANAGE_SCHOOLS: lazy_gettext("管理学校和联盟设置"),
            Action.MANAGE_ALLIANCE_COURSES: lazy_gettext("管理联盟课程"),
            Action.LICENSE_COURSE: lazy_gettext("课程授权"),
            Action.REVIEW_RECOMMENDATION: lazy_gettext("推荐审核"),
            Action.SEE_ACTIVITY: lazy_gettext("查看各校活跃情况"),
            Action.ENTER_SCHOOL: lazy_gettext("进入学校"),
            Action.SEE_VISITS: lazy_gettext("查看秘书处来访"),
            Action.END_VISIT: lazy_gettext("结束秘书处来访"),
        },
    ),
)

#: The roles on a school's host and on the alliance's host; 运营教师 and 班主任 are teachers with additional rights.
ROLES: Mapping[bool, Sequence[tuple[Role, Any]]] = {
    False: (
        (Role.ADMINISTRATOR, lazy_gettext("管理员")),
        (Role.TEACHER, lazy_gettext("教师（运营教师、助教、班主任）")),
        (Role.STUDENT, lazy_gettext("学生")),
        (Role.VISITOR, lazy_gettext("来访的联盟秘书处")),
    ),
    True: ((Role.SECRETARY, lazy_gettext("联盟秘书处")),),
}


class Permissions(SecureView):
    """The page of the permissions."""

    action = Action.SEE_AUDIT
    hosts = "both"

    @expose("/")
    def index(self) -> str:
        """Show which role may do what; acts that no role of this host may do are left out."""
        roles = ROLES[request_school().is_alliance]
        groups = [
            (subject, [(word, [_shown(role, action) for role, _ in roles]) for action, word in acts.items()])
            for subject, acts in WORDS
        ]
        shown = [(subject, [row for row in rows if any(row[1])]) for subject, rows in groups]
        return str(
            self.render(
                "manage/people/permissions.html",
                roles=[label for _, label in roles],
                groups=[(subject, rows) for subject, rows in shown if rows],
            )
        )


def _shown(role: Role, action: Action) -> str:
    found = reach(role, action)
    return "" if found is None else "own" if found is Reach.OWN else "all"


def views() -> Iterable[BaseView]:
    """Return the views of this module."""
    return [
        Permissions(
            lazy_gettext("权限一览"),
            category=PEOPLE,
            endpoint="permissions",
            url="permissions",
            menu_icon_value="shield-lock",
        )
    ]
