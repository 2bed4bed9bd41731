"""The privacy notice (个人信息处理告知) that people accept before their first use, and its version.

It follows the Personal Information Protection Law of the PRC: who processes what for which purpose, for how long,
and which rights people have (article 17). ID numbers are sensitive, so it also says why they are needed (article 30).
"""

from __future__ import annotations

from app.errors import Message, msg

#: Raise it whenever the text changes in substance: everybody is then asked again at the next login.
VERSION = "2026-09"

#: Heading and paragraphs.
SECTIONS: tuple[tuple[Message, tuple[Message, ...]], ...] = (
    (
        msg("谁在处理您的信息"),
        (
            msg(
                "本平台由您所在的学校使用，学校决定为什么处理您的信息、怎样处理。课程联盟提供平台，受学校委托。"
            ),
            msg("其他成员学校看不到您的信息。"),
        ),
    ),
    (
        msg("处理哪些信息"),
        (
            msg(
                "学校录入的：学号或登录名、姓名、性别、出生年月、身份证号、入学年份、学制、班级、专业、手机号、邮箱。"
            ),
            msg("您自己填写的：昵称、照片、个人简介、修改申请和证明材料。"),
            msg("使用中产生的：课程报名、登录时间和网络地址、消息、操作记录。"),
        ),
    ),
    (
        msg("为什么需要"),
        (
            msg(
                "用于开通账号、核对身份、安排课程、发送与学习有关的通知。不用于广告，不出售，不作自动化决策。"
            ),
            msg(
                "身份证号属于敏感个人信息，只用于核对身份和生成初始密码；加密保存，页面上只显示一部分，每次查看都有记录。"
            ),
        ),
    ),
    (
        msg("保存多久"),
        (
            msg(
                "在学期间保存，毕业后由学校删除。操作日志为安全所需，长期保留操作人姓名、时间和网络地址，不能修改。"
            ),
        ),
    ),
    (
        msg("您的权利"),
        (
            msg("您可以随时在「我的信息」查看、修改或申请修改自己的信息，下载平台保存的全部关于您的数据。"),
            msg("您可以要求学校停用或删除您的账号。有疑问时，请联系本校管理员。"),
        ),
    ),
)
