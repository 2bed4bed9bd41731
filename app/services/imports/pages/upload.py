"""Actions on an import before it is applied: upload the file, check it again, confirm, discard."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from sqlalchemy import delete

from app.context import Context
from app.errors import Conflict, Invalid, Message, msg
from app.jobs import JobName
from app.models import RosterImport, RosterImportRow
from app.rules.imports.states import DISCARDABLE
from app.rules.permissions import Action
from app.services.imports.pages.read import find_import
from app.services.imports.shared.lease import end_by_person, send_job
from app.services.imports.shared.pictures import forget_pictures, keep_pictures
from app.services.imports.shared.summary import Summary
from app.services.schools.quotas import require_room_for_people
from app.services.shared.audit import record
from app.services.shared.require_permission import account_here, require
from app.sheets.reading.limits import LIMITS
from app.sheets.reading.pictures import PICTURE_LIMITS
from app.sheets.rosters.choices import Choices

#: The purpose under which the kept file is sealed.
FILE_KIND = "roster_import"
_LONGEST_NAME = 200
_PICTURES_TOO_LARGE = msg(
    "图片压缩包超过 %(limit)s MB，请缩小图片或分几次上传。", limit=PICTURE_LIMITS.file_bytes // 2**20
)
_TOO_LARGE = msg("文件超过 %(limit)s MB，请拆成几个文件分别上传。", limit=LIMITS.file_bytes // 2**20)


def start_import(
    ctx: Context,
    *,
    filename: str,
    content: bytes,
    kind: Literal["students", "teachers"] = "students",
    pictures: bytes | None = None,
    add_unit_code: bool = False,
    choices: Choices | None = None,
) -> RosterImport:
    """Accept a roster and have it checked; a file that is too large is refused, with an entry in the history.

    Args:
        filename: the name on the person's machine; any folder before it is dropped.
        kind: whose roster it is.
        pictures: a .zip with the pictures that the rows of teachers name.
        add_unit_code: put the school's unit code before every 学号 that lacks it.
        choices: how the file is read, where that is known before.

    Raises:
        NotAllowed: the actor may not import.
    """
    require(ctx, Action.IMPORT_ROSTER)
    refusal = _too_large(content, pictures)
    fits = refusal is None
    entry = RosterImport(
        school_id=ctx.school.id,
        kind=kind,
        state="uploaded" if fits else "refused",
        filename=_plain_name(filename),
        size=len(content),
        content=ctx.vault.seal_blob(ctx.school.id, FILE_KIND, content) if fits else None,
        options={"add_unit_code": add_unit_code, **({"choices": choices.as_json()} if choices else {})},
        refusal=refusal.as_json() if refusal else None,
        created_by=account_here(ctx),
        created_by_name=ctx.actor.name,
    )
    ctx.session.add(entry)
    ctx.session.flush()
    record(ctx, "roster_import.uploaded", "roster_import", entry.id, {"size": entry.size, "accepted": fits})
    if fits:
        if pictures is not None:
            keep_pictures(ctx, entry.id, pictures)
        send_job(ctx, entry.id, JobName.CHECK_IMPORT)
    return entry


def recheck_import(ctx: Context, *, import_id: int, add_unit_code: bool) -> RosterImport:
    """Check the kept file anew, against the accounts as they are now.

    Args:
        add_unit_code: put the school's unit code before every 学号 that lacks it.

    Raises:
        NotFound, NotAllowed: no such import here; the actor may not import.
        Conflict: the import is being worked on, or over.
    """
    found = find_import(ctx, import_id)
    if found.state not in ("checked", "failed"):
        raise _no_longer()
    record(ctx, "roster_import.rechecked", "roster_import", found.id, {"add_unit_code": add_unit_code})
    check_again(ctx, found, {"add_unit_code": add_unit_code})
    return found


def check_again(ctx: Context, found: RosterImport, options: Mapping[str, Any]) -> None:
    """Have the kept file of a locked import checked anew.

    Args:
        options: what people have chosen since.
    """
    _forget_rows(ctx, found)
    end_by_person(
        ctx,
        found,
        "uploaded",
        # The planned classes are planned anew, under other numbers.
        options={**found.options, **options, "same_classes": {}},
        summary={},
        refusal=None,
        progress_done=0,
    )
    send_job(ctx, found.id, JobName.CHECK_IMPORT)


def confirm_import(
    ctx: Context, *, import_id: int, same_classes: Mapping[int, int] | None = None
) -> RosterImport:
    """Apply what the preview showed; a second click changes nothing.

    Args:
        same_classes: where the person chose "the same class": id of the planned class to id of the existing one. A
            class that is not named is created.

    Raises:
        NotFound, NotAllowed: no such import here; the actor may not import.
        Conflict: it has not been checked, is over, would do nothing, or the school may not have so many accounts.
        Invalid: a class that was not offered.
    """
    found = find_import(ctx, import_id)
    if found.state in ("applying", "applied"):
        return found
    if found.state != "checked":
        raise _no_longer()
    summary = Summary.from_json(found.summary)
    if not summary.counts.good:
        raise Conflict(msg("没有需要新建或修改的数据，无需保存"))
    # The limit is checked again, under a lock, when the accounts are written.
    require_room_for_people(ctx, new=summary.counts.create, hold=False)
    choices = dict(same_classes or {})
    _check_choice(summary, choices)
    options = {
        **found.options,
        "same_classes": {str(planned): present for planned, present in choices.items()},
    }
    end_by_person(
        ctx, found, "applying", options=options, progress_done=0, progress_total=summary.counts.good
    )
    record(ctx, "roster_import.confirmed", "roster_import", found.id, {"rows": summary.counts.good})
    send_job(ctx, found.id, JobName.APPLY_IMPORT)
    return found


def discard_import(ctx: Context, *, import_id: int) -> RosterImport:
    """End an import that has not been applied; its file and rows are removed, the entry in the history stays.

    Raises:
        NotFound, NotAllowed: no such import here; the actor may not import.
        Conflict: the import is being applied, or over.
    """
    found = find_import(ctx, import_id)
    if found.state == "discarded":
        return found
    if found.state not in DISCARDABLE:
        raise _no_longer()
    _forget_rows(ctx, found)
    forget_pictures(ctx, found.id)
    end_by_person(ctx, found, "discarded", content=None)
    record(ctx, "roster_import.discarded", "roster_import", found.id)
    return found


def _check_choice(summary: Summary, chosen: Mapping[int, int]) -> None:
    offered = {planned.id: {other.id for other in planned.others} for planned in summary.classes}
    for planned, present in chosen.items():
        if present not in offered.get(planned, set()):
            raise Invalid("same_classes", msg("所选班级不在可选范围内，请重新选择"))


def _forget_rows(ctx: Context, found: RosterImport) -> None:
    ctx.session.execute(delete(RosterImportRow).where(RosterImportRow.import_id == found.id))


def _no_longer() -> Conflict:
    sentence: Message = msg("这次导入的状态已经改变，请刷新页面")
    return Conflict(sentence)


def _too_large(content: bytes, pictures: bytes | None) -> Message | None:
    if len(content) > LIMITS.file_bytes:
        return _TOO_LARGE
    if pictures is not None and len(pictures) > PICTURE_LIMITS.file_bytes:
        return _PICTURES_TOO_LARGE
    return None


def _plain_name(filename: str) -> str:
    name = re.split(r"[/\\]", filename)[-1]
    return "".join(c for c in name if c.isprintable())[:_LONGEST_NAME].strip() or "?"
