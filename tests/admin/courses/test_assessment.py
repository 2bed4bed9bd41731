"""评价设置 of a course through its page."""

from __future__ import annotations

from flask.testing import FlaskClient

from tenants.registry import SchoolInfo
from tests.support.drafts import draft_of
from tests.support.manage import send


def test_the_assessment_is_kept_while_it_is_unfinished_and_says_what_is_missing(
    author_client: FlaskClient, school: SchoolInfo, page: str
) -> None:
    typed = {
        "weight_video": "30",
        "weight_exam": "60%",
        "own_name": ["病例汇报", ""],
        "own_weight": ["", ""],
        "pass_mark": "60",
        "gate_kind": "video",
        "gate_percent": "80",
        "makeup_times": "1",
        "makeup_days": "14",
    }
    answer = send(author_client, page + "save/assessment", revision="1", **typed)
    assert answer.status_code == 422
    assert "现在是 90%" in answer.text
    assert 'id="own-0-error"' in answer.text
    assert len(draft_of(school)["assessment"]["components"]) == 3
    shown = author_client.get(page + "assessment").text
    assert "视频观看达到 80% 后，才能参加期末考试" in shown
    assert 'value="病例汇报"' in shown
    right = typed | {"own_weight": ["１０", ""]}
    assert send(author_client, page + "save/assessment", revision="9", **right).status_code == 303
    broken = send(author_client, page + "save/assessment", revision="9", **(right | {"weight_video": "三十"}))
    assert 'id="weight_video-error"' in broken.text
    assert 'value="三十"' in broken.text
    assert draft_of(school)["assessment"]["components"][0]["weight"] == 30
