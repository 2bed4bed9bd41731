"""Pictures of the handbook page 「什么样的表格可以导入」: small sheets, with what becomes of their rows."""

from __future__ import annotations

from dataclasses import dataclass

from app.errors import Message, msg


@dataclass(frozen=True, slots=True)
class Sketch:
    """A small sheet and what the platform does with it.

    Args:
        rows: the cells, as people write them; they stay Chinese, because they are examples of files.
        text: what becomes of the sheet.
        header: the rows of the header, from 1.
        left_out: the rows that are no people, from 1.
    """

    rows: tuple[tuple[str, ...], ...]
    text: Message
    header: tuple[int, ...] = (1,)
    left_out: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the page: its title, what it says, and its pictures."""

    title: Message
    lines: tuple[Message, ...]
    sketches: tuple[Sketch, ...] = ()


GUIDE: tuple[Part, ...] = (
    Part(
        msg("直接读取"),
        (
            msg("Excel、WPS、LibreOffice 的 .xlsx、.xls、.ods 和 .csv，以及教务系统导出的网页格式 .xls。"),
            msg("表头在前 50 行的任何一行，列的顺序不限；表格显示什么，就保存什么。"),
            msg("表头相同的几张工作表、左右并排的两份名单，合起来读取。"),
        ),
        (
            Sketch(
                (("2026级新生名单", "", ""), ("学号", "姓名", "班级"), ("90001…01", "王小明", "临床1班")),
                msg("标题下面的表头会自动找到。"),
                header=(2,),
                left_out=(1,),
            ),
            Sketch(
                (("学号", "姓名", "班级"), ("90001…01", "王小明", "临床1班"), ("90001…02", "李小红", "↑")),
                msg("向下合并的班级、专业，会填到每一行。"),
            ),
        ),
    ),
    Part(
        msg("先问您一次"),
        (
            msg("没有表头、认不出的列名；确认过的表头下次直接读取。"),
            msg("没有班级列：是哪个班级，还是工作表的名称就是班级。"),
            msg("隐藏或筛选掉的行要不要导入；性别写成 0 和 1 时各是什么意思。"),
        ),
        (
            Sketch(
                (("学号", "姓名", "性别"), ("90001…01", "王小明", "1"), ("90001…02", "李小红", "0")),
                msg("没有班级，性别是代码：各问一次。"),
            ),
        ),
    ),
    Part(
        msg("不导入，但会列出来"),
        (
            msg("合计、说明、签名和重复的表头；表头上方的行；没有读取的工作表。点一下就可以读入。"),
            msg("家长、监护人、辅导员等其他人的手机号和证件号，以及农历生日、曾用名。"),
            msg("预览的第一行就是总数：文件中的行数 = 新建 + 修改 + 无变化 + 有问题 + 没有导入。"),
        ),
        (
            Sketch(
                (
                    ("学号", "姓名", "手机号（家长）"),
                    ("90001…01", "王小明", "139…"),
                    ("合计", "1人", ""),
                    ("制表：李某", "", ""),
                ),
                msg("家长的手机号不读取；合计和制表人不是人员。"),
                left_out=(3, 4),
            ),
        ),
    ),
    Part(
        msg("指出问题，改好再传"),
        (
            msg("Excel 改掉的内容：班级 1-2 变成日期，18 位证件号变成科学计数法。把该列设为文本后重新填写。"),
            msg("学号、姓名、班级写着“无”“同上”；姓名栏里是号码；重复的学号、证件号、手机号。"),
            msg("下载问题数据，按“错误说明”改好后可以直接再上传；没有问题的行可以先保存。"),
        ),
        (
            Sketch(
                (
                    ("学号", "姓名", "班级"),
                    ("9.0001E+11", "王小明", "1月2日"),
                    ("90001…02", "李小红", "同上"),
                ),
                msg("这三处都会指出来，并说明怎样修改。"),
            ),
        ),
    ),
)
