"""The manual's words for states, and the tone in which a chip shows them.

They are messages and not looked up in the template: a page with many chips would otherwise translate every
word for each chip.
"""

from __future__ import annotations

from app.errors import Message, msg

#: Maps each kind of object to its states: code -> (word, tone of the chip).
STATE_WORDS: dict[str, dict[str, tuple[Message, str]]] = {
    "course": {
        "open": (msg("报名中"), "success"),
        "upcoming": (msg("即将开课"), "info"),
        "running": (msg("进行中"), "accent"),
        "ended": (msg("已结束"), "neutral"),
    },
    "review": {
        "draft": (msg("未通过"), "neutral"),
        "pending": (msg("待审核"), "warning"),
        "approved": (msg("已通过"), "success"),
        "rejected": (msg("不通过"), "danger"),
    },
    "offering": {
        "unhandled": (msg("待提交"), "warning"),
        "online": (msg("已上线"), "success"),
        "offline": (msg("已下线"), "neutral"),
        "declined": (msg("已拒绝"), "neutral"),
        "ended": (msg("授权已结束"), "neutral"),
    },
    # The states of an approved own course that is being edited: its approved version stays live.
    "revision": {
        "draft": (msg("修订中"), "neutral"),
        "pending": (msg("修订待审核"), "warning"),
        "rejected": (msg("修订不通过"), "danger"),
    },
    "recommendation": {
        "open": (msg("已推荐"), "info"),
        "accepted": (msg("已被联盟采纳"), "success"),
        "declined": (msg("未采纳"), "neutral"),
        "withdrawn": (msg("已撤回"), "neutral"),
    },
    # The same states in the secretariat's words.
    "recommended": {
        "open": (msg("待审核"), "warning"),
        "accepted": (msg("已采纳"), "success"),
        "declined": (msg("未采纳"), "neutral"),
        "withdrawn": (msg("已撤回"), "neutral"),
    },
    "visit": {
        "offered": (msg("待进入"), "warning"),
        "running": (msg("进行中"), "accent"),
        "ended": (msg("已结束"), "neutral"),
        "unused": (msg("未进入"), "neutral"),
    },
    "announcement": {
        "shown": (msg("已发布"), "success"),
        "draft": (msg("草稿"), "neutral"),
        "past": (msg("已到期"), "neutral"),
    },
    "import": {
        "uploaded": (msg("已上传"), "info"),
        "checking": (msg("检查中"), "info"),
        "mapping": (msg("待确认列"), "warning"),
        "checked": (msg("待保存"), "warning"),
        "applying": (msg("保存中"), "info"),
        "applied": (msg("已保存"), "success"),
        "failed": (msg("失败"), "danger"),
        "undone": (msg("已撤销"), "neutral"),
    },
    "account": {"active": (msg("正常"), "success"), "disabled": (msg("已停用"), "neutral")},
    "school": {"active": (msg("使用中"), "success"), "suspended": (msg("已暂停"), "danger")},
    "request": {
        "open": (msg("待审核"), "warning"),
        "approved": (msg("已通过"), "success"),
        "rejected": (msg("未通过"), "danger"),
        "withdrawn": (msg("已撤回"), "neutral"),
    },
    "mail": {
        "queued": (msg("等待发送"), "info"),
        "sending": (msg("发送中"), "info"),
        "sent": (msg("已发送"), "success"),
        "failed": (msg("发送失败"), "danger"),
        "unclear": (msg("不能确定"), "warning"),
    },
    "licence": {
        "none": (msg("未授权"), "neutral"),
        "upcoming": (msg("未开始"), "info"),
        "valid": (msg("有效"), "success"),
        "ending": (msg("即将到期"), "warning"),
        "ended": (msg("已结束"), "neutral"),
        "declined": (msg("已拒绝"), "danger"),
    },
    # The ways in which a person came to be registered.
    "registration": {
        "self": (msg("本人"), "neutral"),
        "class": (msg("班级"), "info"),
        "staff": (msg("教师添加"), "accent"),
        "waiting": (msg("候补"), "warning"),
    },
    "source": {"alliance": (msg("联盟慕课"), "info"), "own": (msg("本校"), "neutral")},
}
