"""管理手册: the manual's steps by chapter, each with the page on which it is done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask_admin import BaseView
from flask_admin.base import expose
from flask_babel import lazy_gettext

from admin.base import SecureView
from admin.shared.roster_guide import GUIDE
from app.errors import Message, msg
from app.rules.permissions import Action


@dataclass(frozen=True, slots=True)
class Step:
    """A section of the manual: its number, name, menu path in the manual's words, and page."""

    number: str
    title: Message
    way: Message
    endpoint: str


CHAPTERS: tuple[tuple[Message, tuple[Step, ...]], ...] = (
    (
        msg("四、学生用户管理"),
        (
            Step("4.1", msg("创建单一学生用户"), msg("系统管理 → 添加，用户类型选择“学生”"), "people.new"),
            Step(
                "4.2",
                msg("批量导入学生用户"),
                msg("系统管理 → 下载学生模板，填好后学生用户导入"),
                "imports.index",
            ),
            Step("4.3", msg("为学生重置密码"), msg("系统管理 → 查询，勾选后点击“重置密码”"), "people.index"),
            Step("4.4", msg("学生信息修改"), msg("系统管理 → 查询，勾选后点击“修改”"), "people.index"),
            Step("4.4", msg("审核学生的修改申请"), msg("教务管理 → 学籍信息审核"), "requests.index"),
        ),
    ),
    (
        msg("五、教师用户管理"),
        (
            Step("5.1", msg("创建单一教师用户"), msg("系统管理 → 添加，用户类型选择“教师”"), "people.new"),
            Step(
                "5.2",
                msg("批量导入教师用户"),
                msg("系统管理 → 下载教师模板，填好后教师用户导入"),
                "teacher_imports.index",
            ),
            Step("5.3", msg("为教师重置密码"), msg("系统管理 → 查询，勾选后点击“重置密码”"), "people.index"),
            Step("5.4", msg("教师信息修改"), msg("系统管理 → 查询，勾选后点击“修改”"), "people.index"),
        ),
    ),
    (
        msg("六、管理员用户管理"),
        (Step("6.1", msg("添加管理员"), msg("系统管理 → 添加，用户类型和角色选择“管理员”"), "people.new"),),
    ),
    (
        msg("七、课程管理"),
        (
            Step("7.1", msg("查看平台课程"), msg("课程管理 → 慕课列表"), "offerings.index"),
            Step(
                "7.2",
                msg("设置本校运营教师和助教"),
                msg("慕课列表 → 指定运营教师；修改 → 教师设置 → 关联本校教师"),
                "offerings.index",
            ),
            Step(
                "7.3",
                msg("课程上线和下线"),
                msg("慕课列表 → 修改：本校课程提交审核，联盟课程填写四个日期后点击“上线”"),
                "offerings.index",
            ),
        ),
    ),
    (
        msg("八、班级管理"),
        (
            Step("8.1", msg("创建班级"), msg("教务管理 → 班级管理 → 添加"), "classes.index"),
            Step("8.2", msg("为班级选择和删除学生"), msg("班级管理 → 选择班级 → 关联学生"), "classes.index"),
            Step("8.3", msg("为班级批量选课"), msg("班级管理 → 选择班级 → 选课 → 选择课程"), "classes.index"),
        ),
    ),
)


class Handbook(SecureView):
    """The page of the handbook, for a school's administrators."""

    action = Action.CHANGE_SETTINGS
    hosts = "school"

    @expose("/")
    def index(self) -> str:
        """Show the chapters and their steps."""
        return self.render("manage/shared/handbook.html", chapters=CHAPTERS)

    @expose("/rosters")
    def rosters(self) -> str:
        """Show which sheets can be imported (「什么样的表格可以导入」)."""
        return self.render("manage/shared/roster_guide.html", guide=GUIDE)


def views() -> Iterable[BaseView]:
    """Return the views of this module."""
    return [
        Handbook(
            lazy_gettext("管理手册"), endpoint="handbook", url="handbook", menu_icon_value="journal-text"
        )
    ]
