"""Pictures of a teacher roster: re-encoded, assigned on 保存, removed by an undo; hostile ones are rejected."""

from __future__ import annotations

import io
import zipfile

import pytest
from PIL import Image
from sqlalchemy import func, select

from app.models import RosterImportPhoto, RosterImportPictures, UserPhoto
from app.services.imports.pages.read import preview_rows, refusal_of
from app.services.imports.pages.undo import undo_import
from app.services.imports.pages.upload import discard_import
from app.services.imports.teachers.pictures import RowPicture, RowPictures, SheetPictures
from tenants.scope import school_scope
from tests.support.readings import change_readings, with_sheet
from tests.support.rosters import messages
from tests.support.teachers import TeacherImporter, packed, picture, teacher_sheet

WANG = {"real_name": "王芳", "mobile": "13800000001", "picture": "王芳.png"}
LI = {"real_name": "李雷", "mobile": "13800000002", "picture": "李雷"}


def photos(teachers: TeacherImporter) -> dict[int, bytes]:
    with school_scope(teachers.school.id) as session:
        return {row.user_id: row.content for row in session.scalars(select(UserPhoto))}


def kept(teachers: TeacherImporter) -> int:
    with school_scope(teachers.school.id) as session:
        return session.scalar(select(func.count()).select_from(RosterImportPictures)) or 0


def test_pictures_are_square_webp_and_belong_to_their_people(teachers: TeacherImporter) -> None:
    teachers.bring([WANG, LI], {"王芳.png": picture(), "照片/李雷.JPG": picture("red", "JPEG")})
    wang, li = teachers.teachers()
    found = photos(teachers)
    for user in (wang, li):
        with Image.open(io.BytesIO(found[user.id])) as image:
            assert (image.format, image.size) == ("WEBP", (400, 400))
        assert user.photo_sha
    assert wang.photo_sha != li.photo_sha
    assert kept(teachers) == 0


def test_the_same_pictures_again_change_nothing(teachers: TeacherImporter) -> None:
    archive = {"王芳.png": picture()}
    teachers.bring([WANG], archive)
    assert teachers.counts(teachers.send([WANG], archive)) == (0, 0, 1, 0)


@pytest.mark.parametrize(
    ("archive", "reason"),
    [
        (None, "没有随表格上传图片压缩包（.zip），没有导入图片"),
        ({"别人.png": picture()}, "图片压缩包里没有“王芳.png”，没有导入图片"),
        ({"a/王芳.png": picture(), "b/王芳.png": picture()}, "图片压缩包里有多个“王芳.png”，没有导入图片"),
        ({"王芳.png": b"GIF89a no picture"}, "无法识别的图片，只接受 PNG、JPEG 或 WebP"),
        (
            {"王芳.png": b"<svg xmlns='http://www.w3.org/2000/svg'/>"},
            "无法识别的图片，只接受 PNG、JPEG 或 WebP",
        ),
        ({"王芳.png": picture()[:100]}, "无法识别的图片，只接受 PNG、JPEG 或 WebP"),
        ({"王芳.png": packed({"王芳.png": picture()})}, "无法识别的图片，只接受 PNG、JPEG 或 WebP"),
        ({"王芳.png": picture(size=(6000, 6000))}, "图片尺寸过大（6000 × 6000 像素），请缩小后再上传"),
        ({"王芳.png": b""}, "无法识别的图片，只接受 PNG、JPEG 或 WebP"),
    ],
)
def test_a_row_goes_in_without_a_picture_that_is_missing_or_broken(
    teachers: TeacherImporter, archive: dict[str, bytes] | None, reason: str
) -> None:
    import_id = teachers.send([WANG], archive)
    assert teachers.counts(import_id) == (1, 0, 0, 0)
    (warning,) = teachers.summary(import_id).warnings
    assert (warning.label, warning.rows) == ("图片", (2,))
    assert messages([warning]) == [reason]
    with teachers.units() as ctx:
        (row,) = preview_rows(ctx, import_id=import_id, part="create").rows
    assert messages(row.problems) == messages([warning])
    teachers.confirm(import_id)
    assert photos(teachers) == {}


def test_one_picture_belongs_to_one_row(teachers: TeacherImporter) -> None:
    import_id = teachers.send([WANG, {**LI, "picture": "王芳.png"}], {"王芳.png": picture()})
    assert messages(teachers.summary(import_id).warnings) == ["这张图片已用于第 2 行，没有重复导入"]


def test_an_undo_gives_the_former_picture_back(teachers: TeacherImporter) -> None:
    teachers.bring([WANG], {"王芳.png": picture("navy")})
    (before,) = photos(teachers).values()
    import_id = teachers.bring([WANG, LI], {"王芳.png": picture("red"), "李雷.png": picture("green")})
    assert before not in photos(teachers).values()
    with teachers.units() as ctx:
        undo_import(ctx, import_id=import_id)
    assert list(photos(teachers).values()) == [before]


def test_an_undo_takes_a_first_picture_away(teachers: TeacherImporter) -> None:
    teachers.bring([{**WANG, "picture": ""}])
    import_id = teachers.bring([WANG], {"王芳.png": picture()})
    assert len(photos(teachers)) == 1
    with teachers.units() as ctx:
        undo_import(ctx, import_id=import_id)
    assert photos(teachers) == {}
    assert teachers.teachers()[0].photo_sha is None


def test_what_is_discarded_leaves_no_pictures(teachers: TeacherImporter) -> None:
    import_id = teachers.send([WANG], {"王芳.png": picture()})
    with teachers.units() as ctx:
        discard_import(ctx, import_id=import_id)
    with school_scope(teachers.school.id) as session:
        assert session.scalar(select(func.count()).select_from(RosterImportPhoto)) == 0
    assert kept(teachers) == 0


def test_pictures_are_kept_until_questions_are_answered(teachers: TeacherImporter) -> None:
    teachers.bring([{"real_name": "王芳"}])
    import_id = teachers.send([WANG], {"王芳.png": picture()})
    teachers.confirm(teachers.answer(import_id, {2: 0}))
    assert len(photos(teachers)) == 1


def test_names_of_a_chinese_windows_are_understood(teachers: TeacherImporter) -> None:
    content = packed({"WWWW.png": picture()})
    archive = content.replace(b"WWWW.png", "王芳".encode("gb18030") + b".png")
    teachers.bring([WANG], archive)
    assert len(photos(teachers)) == 1


def _bomb() -> bytes:
    return packed({"王芳.png": bytes(70 * 2**20)})


def _too_many() -> bytes:
    return packed({f"{number}.png": b"" for number in range(2_001)})


def _locked() -> bytes:
    content = bytearray(packed({"王芳.png": picture()}))
    content[6] |= 1
    directory = content.index(b"PK\x01\x02")
    content[directory + 8] |= 1
    return bytes(content)


def _twice() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("王芳.png", picture())
        archive.writestr("王方.png", picture("red"))
    return content.getvalue().replace("王方".encode(), "王芳".encode())


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (_bomb, "过多或解开后异常庞大"),
        (_too_many, "过多或解开后异常庞大"),
        (_locked, "设有密码"),
        (_twice, "已损坏或文件名不规范"),
        (lambda: packed({"../王芳.png": picture()}), "已损坏或文件名不规范"),
        (lambda: packed({"/etc/王芳.png": picture()}), "已损坏或文件名不规范"),
        (lambda: packed({"王芳.png": picture()})[:-30], "已损坏或文件名不规范"),
        (lambda: b"Rar!\x1a\x07" + bytes(50), "不是 .zip 文件"),
        (lambda: b"", "是空的"),
        (lambda: b"PK\x03\x04" + bytes(20 * 2**20), "超过 20 MB"),
    ],
)
def test_a_hostile_archive_is_refused_with_one_sentence(
    teachers: TeacherImporter, make: object, reason: str
) -> None:
    import_id = teachers.send([WANG], make())  # type: ignore[operator]
    found = teachers.read(import_id)
    assert found.state == "refused"
    assert reason in str(refusal_of(found))
    assert kept(teachers) == 0


def test_a_damaged_member_costs_only_its_own_row(teachers: TeacherImporter) -> None:
    content = bytearray(packed({"王芳.png": bytes(range(256)) * 8, "李雷.png": picture("green")}))
    content[60] ^= 0xFF
    import_id = teachers.send([WANG, LI], bytes(content))
    assert teachers.counts(import_id) == (2, 0, 0, 0)
    assert messages(teachers.summary(import_id).warnings) == ["图片文件已损坏，没有导入这张图片"]


def test_a_picture_is_found_by_its_name_and_given_to_the_first_row() -> None:
    pictures = RowPictures(packed({"照片/王芳.PNG": picture()}))
    assert pictures.of_row(2, None) == RowPicture()
    first = pictures.of_row(2, "王芳")
    assert first.image is not None
    assert first.warning is None
    again = pictures.of_row(3, "照片\\王芳.png")
    assert (again.image, str(again.warning)) == (None, "这张图片已用于第 2 行，没有重复导入")
    assert pictures.of_row(2, "王芳.png").image == first.image
    assert str(RowPictures(None).of_row(2, "王芳").warning).startswith("没有随表格上传图片压缩包")


MEMBERS = {2: "xl/media/image1.png", 3: "xl/media/image2.png"}
BOOK = packed({"xl/media/image1.png": picture("red"), "xl/media/image2.png": b"no picture"})


def test_a_picture_in_the_sheet_goes_to_its_row_and_a_bad_one_is_only_a_warning() -> None:
    pictures = RowPictures(None, SheetPictures(BOOK, MEMBERS))
    assert pictures.of_row(2, None).image is not None
    assert str(pictures.of_row(3, None).warning) == "无法识别的图片，只接受 PNG、JPEG 或 WebP"
    assert pictures.of_row(4, None) == RowPicture()


def test_the_named_picture_of_the_zip_wins_over_the_one_in_the_sheet() -> None:
    sheet = SheetPictures(BOOK, {2: "xl/media/image1.png"})
    alone, both = RowPictures(None, sheet), RowPictures(packed({"王芳.png": picture("navy")}), sheet)
    in_sheet, named = alone.of_row(2, "王芳").image, both.of_row(2, "王芳").image
    assert in_sheet is not None
    assert named is not None
    assert in_sheet.sha != named.sha
    missing = both.of_row(2, "别人").image
    assert missing is not None
    assert missing.sha == in_sheet.sha


@pytest.mark.parametrize(
    ("content", "member"),
    [
        (b"no zip", "xl/media/image1.png"),
        (BOOK, "xl/media/image9.png"),
        (packed({"big.png": b"\0" * 3_000_000}), "big.png"),
    ],
)
def test_pictures_of_a_hostile_file_are_warnings(content: bytes, member: str) -> None:
    found = SheetPictures(content, {2: member}).of_row(2)
    assert found is not None
    assert str(found.warning) == "表格里的这张图片无法读取，没有导入图片"


def test_pictures_of_the_sheet_reach_their_people(
    teachers: TeacherImporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = io.BytesIO(teacher_sheet([{**WANG, "picture": ""}, {**LI, "picture": ""}]))
    with zipfile.ZipFile(content, "a") as book:
        book.writestr("xl/media/image1.png", picture())
    change_readings(monkeypatch, lambda reading, _: with_sheet(reading, pictures={3: "xl/media/image1.png"}))
    import_id = teachers.bring(content.getvalue())
    wang, li = teachers.teachers()
    assert (wang.photo_sha, bool(li.photo_sha)) == (None, True)
    assert messages(teachers.summary(import_id).remarks) == ["表格里有 1 行带图片，按所在的行导入"]
