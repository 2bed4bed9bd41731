"""Rich text: the markup that is kept, and the markup that is removed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.shared.html import clean_html, editable_text, rich_text

PAYLOADS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    '<img src=x onerror="alert(1)">',
    "<svg><script>alert(1)</script></svg>",
    "<svg/onload=alert(1)>",
    '<p onclick="alert(1)" style="background:url(//evil.example)">x</p>',
    '<a href="javascript:alert(1)">x</a>',
    '<a href="JaVaScRiPt&#58;alert(1)">x</a>',
    '<a href="java\tscript:alert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<a href="vbscript:x">x</a>',
    '<iframe src="//evil.example"></iframe>',
    "<object data=x></object><embed src=x>",
    '<form action="//evil.example"><input name=password></form>',
    "<style>*{display:none}</style>",
    '<link rel=stylesheet href="//evil.example">',
    '<meta http-equiv=refresh content="0;url=//evil.example">',
    '<base href="//evil.example/">',
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<p><!--<img src=x onerror=alert(1)>--></p>",
    "<b/><img/src/onerror=alert(1)>",
    '<td background="javascript:alert(1)">',
    "<details open ontoggle=alert(1)>",
    '<video><source onerror="alert(1)"></video>',
    "<template><script>alert(1)</script></template>",
    '<p id="x" class="y" name="z">x</p>',
    "<<script>alert(1)//<</script>",
    '<a href="//evil.example" target="_top">x</a>',
]
ALLOWED = re.compile(
    r"</?(?:p|br|h3|h4|ul|ol|li|strong|b|em|i|u|s|sub|sup|blockquote|hr|table|thead|tbody|tr)>"
    r"|</?(?:td|th)(?: (?:colspan|rowspan)=\"[^\"]*\")*>"
    r"|<a(?: href=\"(?:https?:|mailto:)[^\"]*\")? rel=\"noopener noreferrer nofollow\">|</a>"
)


def only_allowed(markup: str) -> bool:
    return "<" not in ALLOWED.sub("", markup)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_that_runs_or_loads_is_left(payload: str) -> None:
    for made in (clean_html(payload), rich_text(payload), rich_text("前文\n\n" + payload)):
        assert only_allowed(made), made


@given(st.text(alphabet="<>/\"'= apscriptonload:jv&;#1\n\t", max_size=80))
def test_whatever_is_typed_only_the_allow_list_is_left(typed: str) -> None:
    assert only_allowed(rich_text(typed))
    assert clean_html(rich_text(typed)) == rich_text(typed)


def test_structure_is_kept() -> None:
    markup = '<h3>目标</h3><ul><li>一</li></ul><table><tbody><tr><td colspan="2">x</td></tr></tbody></table>'
    assert clean_html(markup) == markup


def test_links_leave_without_telling_where_they_came_from() -> None:
    made = clean_html('<a href="https://example.org/a?b=1">x</a>')
    assert made == '<a href="https://example.org/a?b=1" rel="noopener noreferrer nofollow">x</a>'


def test_plain_text_becomes_paragraphs_and_back() -> None:
    typed = "第一段：5 < 6 & 7 > 3\n换行\n\n第二段"
    made = rich_text(typed)
    assert made == "<p>第一段：5 &lt; 6 &amp; 7 &gt; 3<br>换行</p>\n<p>第二段</p>"
    assert editable_text(made) == typed
    assert rich_text(editable_text(made)) == made


def test_text_that_would_read_as_markup_stays_escaped_in_the_form() -> None:
    made = "<p>写作 &lt;b&gt;粗体&lt;/b&gt;</p>"
    assert editable_text(made) == made
    assert rich_text(editable_text(made)) == made
