"""The preview as an editor uses it: a real server, a real browser, a book that is small."""

from __future__ import annotations

import http.client
import json
import re
import shutil
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import typst
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from chapterkit.manuscript.comments import parse_comments
from chapterkit.reviewing.cursor import tell_cursor
from conftest import Run
from previewing import Preview, browsing, opened, previewing, text_of, until

MINIMAL = Path(__file__).parent / "books" / "minimal"
CHAPTER, RECORD = "book/chapter3.md", "experiments/card-game.yaml"
PROSE = "templates/experiments/card-game.md.j2"
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 800}, "has_touch": True, "is_mobile": True,
}  # fmt: skip
SMALL_PHONE = {**PHONE, "viewport": {"width": 360, "height": 640}}


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browsing(tmp_path_factory.mktemp("fonts")) as made:
        yield made


@pytest.fixture(scope="module")
def preview(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Preview]:
    book = tmp_path_factory.mktemp("preview") / "book"
    shutil.copytree(MINIMAL, book)
    subprocess.run(["git", "init", "-q", str(book)], check=True)
    subprocess.run(["git", "-C", str(book), "config", "user.name", "编辑甲"], check=True)
    _commit(book)
    (book / "sources").mkdir()
    (book / "sources/demo2025.pdf").write_bytes(paper("11.5%", "15.0%"))
    with previewing(book, "--port", "7299") as made:
        yield made


def paper(*values: str) -> bytes:
    """Return a PDF whose second page says of each value where it stands."""
    lines = "\n\n".join(
        f"Figure 6: the success rate of the trained agent is {one}." for one in values
    )
    return typst.compile(f'#set text(lang: "en")\nTitle.\n#pagebreak()\n{lines}'.encode())


def _commit(book: Path) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", "-C", str(book), "add", "-A"], check=True)
    subprocess.run(["git", *who, "-C", str(book), "commit", "-qm", "x"], check=True)


@pytest.fixture
def book(preview: Preview) -> Iterator[Path]:
    """Give the book that is looked at, which is as it was before afterwards."""
    yield preview.book
    shutil.rmtree(preview.book / "review", ignore_errors=True)
    for path in MINIMAL.rglob("*.*"):
        inner = path.relative_to(MINIMAL)
        if path.is_file() and (preview.book / inner).read_bytes() != path.read_bytes():
            shutil.copyfile(path, preview.book / inner)


@pytest.fixture
def page(browser: Browser, preview: Preview, book: Path) -> Iterator[Page]:
    made = opened(browser, preview.address)
    # What the test before has changed may be shown still.
    until(lambda: "升到 15.0%" in text_of(made) and "开头的理论讲" in text_of(made), "all is back")
    yield made
    assert made.complaints == []  # type: ignore[attr-defined]
    made.context.close()


def shows(page: Page, words: str) -> bool:
    return words in text_of(page)


def has_comments(page: Page, count: int) -> bool:
    return page.locator(".comment").count() == count


def counts_problems(page: Page) -> bool:
    return page.title().startswith("(")


def write(book: Path, path: str, old: str, new: str) -> None:
    text = (book / path).read_text("utf-8")
    assert old in text
    (book / path).write_text(text.replace(old, new), "utf-8")


# --- what is saved is seen


def test_only_the_changed_block_is_replaced_and_all_that_is_held_stays(
    page: Page, book: Path
) -> None:
    page.set_viewport_size({"width": 700, "height": 300})
    page.evaluate("""() => {
        for (const one of document.querySelector('#pieces').children) one.wasThere = true;
        const number = document.querySelectorAll('.number')[1];
        number.focus();
        const words = document.querySelector('#pieces p').firstChild;
        getSelection().setBaseAndExtent(words, 2, words, 5);
        scrollTo(0, 200);
    }""")
    page.click("#open-problems")
    page.locator(".number").nth(1).focus()
    above = page.evaluate("() => document.querySelector('#summary').getBoundingClientRect().top")
    write(book, CHAPTER, "换了规则之后成功率是", "换了规则以后，成功率为")
    until(lambda: "换了规则以后" in text_of(page), "the new text is there")
    held = page.evaluate("""() => ({
        same: [...document.querySelector('#pieces').children].filter((one) => one.wasThere).length,
        all: document.querySelector('#pieces').children.length,
        selected: getSelection().toString(), focus: document.activeElement.dataset.number,
        changed: document.querySelectorAll('.changed').length,
        panel: !document.querySelector('#panel').hidden,
        top: document.querySelector('#summary').getBoundingClientRect().top,
    })""")
    assert held["all"] - held["same"] == 1
    assert held["selected"] == "的理论"
    assert held["focus"] == "card-game.after"
    assert held["changed"] == 1
    assert held["panel"]
    assert abs(held["top"] - above) < 2


def test_a_number_changed_in_its_record_changes_wherever_it_stands(page: Page, book: Path) -> None:
    write(book, RECORD, "15.0", "16.5")
    until(lambda: "16.5%" in text_of(page) and "5.0 个百分点" in text_of(page), "all has changed")
    assert "15.0" not in text_of(page)


def test_what_cannot_be_read_is_told_above_the_last_good_text_until_it_is_mended(
    page: Page, book: Path
) -> None:
    alarm = page.locator("#alarm")
    for path, old, new in (
        ("refs.bib", "author    = {Demo", "author    = {{Demo"),
        (RECORD, "value: 11.5", "value: 11.5, value: 12"),
        (PROSE, "{{ n.before }}", "{{ n.befor }}"),
        (CHAPTER, '{{ experiment("card-game") }}', "{{ experiment( }}"),
    ):
        before = text_of(page)
        write(book, path, old, new)
        until(alarm.is_visible, f"{path} is told")
        assert re.search(re.escape(path) + r":\d+", alarm.inner_text())
        assert text_of(page) == before
        write(book, path, new, old)
        until(lambda: not alarm.is_visible(), f"{path} is forgotten")


def test_a_plain_request_right_after_a_save_has_what_was_saved(
    preview: Preview, book: Path
) -> None:
    """Nobody need have the page open, and no save need have been noticed."""
    old = "开头的理论讲"
    for number in range(5):
        new = f"改到第{'一二三四五'[number]}遍的理论讲"
        write(book, CHAPTER, old, new)
        assert new in got(preview, "/cards")
        old = new
    write(book, RECORD, "value: 15.0", "value: 16.5")
    assert "16.5%" in got(preview, "/cards")
    write(book, CHAPTER, old, "{{ n.nothing }}")
    assert "nothing" in got(preview, "/cards")


def test_problems_are_unknown_as_long_as_the_book_cannot_be_read(page: Page, book: Path) -> None:
    page.keyboard.press("1")
    panel = page.locator("#panel")
    write(book, RECORD, "value: 11.5", "value: 11.5, value: 12")
    until(lambda: "不知道有没有别的问题" in panel.inner_text(), "it is unknown what else is wrong")
    assert f"{RECORD}:" in panel.locator(".problem.error").first.inner_text()
    assert "没有问题" not in panel.inner_text()
    assert page.title().startswith("(？)")
    write(book, RECORD, "value: 11.5, value: 12", "value: 11.5")
    until(lambda: "不知道有没有" not in panel.inner_text(), "it is known again")


def test_two_tabs_follow_and_twenty_quick_saves_end_in_the_last_state(
    page: Page, browser: Browser, preview: Preview, book: Path
) -> None:
    other = opened(browser, preview.address)
    text = (book / CHAPTER).read_text("utf-8")
    for count in range(1, 21):
        (book / CHAPTER).write_text(text.replace("开头的理论", f"第{count}次的理论"), "utf-8")
    for one in (page, other):
        until(partial(shows, one, "第20次的理论"), "the last state is shown")
        assert "第19次" not in text_of(one)
    other.context.close()


def test_a_folder_that_goes_is_told_and_followed_again_once_it_is_back(
    page: Page, book: Path
) -> None:
    folder, away = (book / RECORD).parent, book.parent / "away"
    alarm = page.locator("#alarm")
    folder.rename(away)
    try:
        until(alarm.is_visible, "it is told")
    finally:
        away.rename(folder)
    until(lambda: not alarm.is_visible(), "it is forgotten")
    write(book, RECORD, "15.0", "16.5")
    until(partial(shows, page, "16.5%"), "what is written there is followed")


def test_a_page_comes_back_when_the_server_does(
    browser: Browser, book: Path, tmp_path: Path
) -> None:
    copy = shutil.copytree(MINIMAL, tmp_path / "book")
    with previewing(copy, "--port", "7298") as first:
        page = opened(browser, first.address)
        assert first.end() < 2
        until(page.locator("#lost").is_visible, "the loss is told")
    write(copy, CHAPTER, "开头的理论", "后来的理论")
    with previewing(copy, "--port", str(first.port)):
        until(lambda: "后来的理论" in text_of(page), "the new server's text is shown")
        until(lambda: not page.locator("#lost").is_visible(), "nothing is lost any more")
    page.context.close()


def test_a_taken_port_is_told_and_another_one_is_used(tmp_path: Path) -> None:
    book = shutil.copytree(MINIMAL, tmp_path / "book")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with previewing(book, "--port", str(port)) as preview:
            assert preview.port != port
            assert f"端口 {port} 有人用了" in preview.said


# --- numbers


def test_a_number_tells_all_that_is_known_of_it_by_pointer_and_by_keyboard(page: Page) -> None:
    number, card = page.locator(".number").nth(2), page.locator("#card")
    assert number.get_attribute("data-mark") == "recorded"
    number.hover()
    until(card.is_visible, "the card is there")
    told = card.inner_text()
    for words in ("3.5 个百分点", "增长", "after - before", "Demo、Sample 2025", "图 6",
                  "A Demonstration of Rules", "experiments/card-game.yaml:10", "card-game.before"):  # fmt: skip
        assert words in told
    page.mouse.move(1, 1)
    until(lambda: not card.is_visible(), "it goes when the pointer does")
    page.keyboard.press("Escape")
    number.focus()
    page.keyboard.press("Enter")
    until(card.is_visible, "the card is there again")
    assert page.evaluate("document.activeElement.id") == "card"
    page.locator("#card button", has_text="card-game.before").click()
    until(lambda: "训练之前" in card.inner_text(), "the parts are links")
    page.keyboard.press("Escape")
    until(lambda: not card.is_visible(), "Escape closes it")


def test_a_number_is_touched_on_a_phone_which_needs_no_sideways_scrolling(
    browser: Browser, preview: Preview
) -> None:
    page = opened(browser, preview.address, **PHONE)
    page.locator(".number").first.tap()
    until(page.locator("#card").is_visible, "the card is there")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    box = page.locator("#card").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    page.context.close()


def test_a_card_shows_the_very_lines_of_the_source_and_follows_its_number(
    page: Page, browser: Browser, preview: Preview, book: Path
) -> None:
    write(book, CHAPTER, "## 小结", f"{TALL}## 小结")
    until(partial(shows, page, "第59段"), "the chapter is long")
    for one in (page, opened(browser, preview.address, **SMALL_PHONE)):
        until(partial(shows, one, "第59段"), "the chapter is long there, too")
        number, card = one.locator(".number").nth(1), one.locator("#card")
        number.click()
        picture = card.locator(".clipping img")
        until(lambda: picture.count() == 1, "the lines are there")  # noqa: B023
        assert "15.0%" in (picture.get_attribute("alt") or "")
        assert card.locator("figcaption").inner_text() == "原文第 2 页"
        mark, view = (card.locator(f".clipped-{name}").bounding_box() for name in ("mark", "view"))
        assert mark
        assert view
        assert view["x"] <= mark["x"] < mark["x"] + mark["width"] <= view["x"] + view["width"]
        height = one.evaluate("innerHeight")
        for by in (60, -40):
            one.evaluate(f"scrollBy(0, {by})")
            one.wait_for_timeout(120)
            there, stands = number.bounding_box(), card.bounding_box()
            assert there
            assert stands
            assert 0 <= stands["y"] <= stands["y"] + stands["height"] <= height
            below = stands["y"] - there["y"] - there["height"]
            above = there["y"] - stands["y"] - stands["height"]
            assert 0 <= max(below, above) < 30
        assert one.evaluate("document.documentElement.scrollWidth <= innerWidth")
    one.context.close()
    assert ask(preview, "GET", "/picture/cards/card-game.before") == 200
    assert (
        ask(preview, "GET", "/picture/cards/card-game.before", Origin="http://evil.example") == 403
    )
    assert ask(preview, "GET", "/picture/cards/..%2f..%2frefs", Sec_Fetch_Site="cross-site") == 403


def test_a_number_is_looked_for_by_the_keyboard(page: Page) -> None:
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "find-number"
    found = page.locator("#panel .found")
    assert found.count() == 3
    page.keyboard.type("15 demo")
    assert found.count() == 1
    page.keyboard.press("Enter")
    until(lambda: "训练之后" in page.locator("#card").inner_text(), "its card is there")
    page.keyboard.press("Escape")
    page.locator("#find-number").fill("没有这样的")
    assert "没有这样的数" in page.locator("#panel").inner_text()
    page.locator("#find-number").fill("")
    page.locator("#panel select").nth(2).select_option("card-game")
    page.locator("#panel select").first.select_option("recorded")
    assert found.count() == 3


def test_the_html_output_opens_a_card_without_any_script(
    browser: Browser, minimal: Path, run: Run
) -> None:
    assert run(minimal, "build", "--format", "html").exit_code == 0
    page = browser.new_context(java_script_enabled=False, **PHONE).new_page()
    page.goto((minimal / "build/cards/cards.html").as_uri())
    number, card = page.locator("button.number").first, page.locator("[popover]").first
    assert not card.is_visible()
    number.tap()
    until(card.is_visible, "a touch opens it")
    assert "11.5%" in card.inner_text()
    page.keyboard.press("Escape")
    until(lambda: not card.is_visible(), "Escape closes it")
    number.focus()
    page.keyboard.press("Enter")
    until(card.is_visible, "Enter opens it")
    page.context.close()


# --- problems


def test_a_problem_is_listed_counted_marked_and_mended_from_the_page(
    page: Page, book: Path
) -> None:
    write(book, CHAPTER, "开头的理论讲清楚", "开头的理论有 37.5% ，讲清楚")
    page.keyboard.press("1")
    until(lambda: page.locator(".problem").count() >= 2, "the problems are listed")
    assert page.title().startswith("(")
    page.locator(".problem", has_text="37.5%").locator(".jump").first.click()
    painted = page.evaluate("[...CSS.highlights.get('problem-error')].map((one) => one.toString())")
    assert "37.5%" in painted
    page.locator("details", has_text="这条规则").first.click()
    page.locator(".problem button", has_text="改好").first.click()
    until(lambda: "37.5%，" in (book / CHAPTER).read_text("utf-8"), "the file is mended")
    until(lambda: "37.5%，" in text_of(page), "the page shows it")


def test_what_the_text_allows_is_shown_with_its_reason(page: Page, book: Path) -> None:
    allow = "<!-- chapterkit: allow unsourced-number: 借来的例子 -->\n\n有 37.5% 的人。\n\n"
    write(book, CHAPTER, "## 小结", f"{allow}## 小结")
    page.keyboard.press("1")
    until(lambda: "借来的例子" in page.locator("#panel").inner_text(), "it is visible")


def test_what_a_baseline_accepts_is_shown_apart_and_can_be_left_out(
    page: Page, book: Path, run: Run
) -> None:
    write(book, CHAPTER, "开头的理论讲清楚", "开头的理论有 37.5% 的人讲清楚")
    baseline = "--write-baseline", "baseline.yaml", "--reason", "旧稿"
    assert run(book, "check", *baseline).exit_code == 0
    write(book, "book/book.yaml", "chapters:", "lint: {baseline: baseline.yaml}\nchapters:")
    write(book, CHAPTER, "## 小结", "另有 48.2% 的人。\n\n## 小结")
    page.keyboard.press("1")
    until(lambda: "48.2%" in page.locator("#panel").inner_text(), "the problems are listed")
    old, new = page.locator(".problem.accepted"), page.locator(".problem:not(.accepted)")
    until(lambda: old.count() > 0, "the old ones are among them")
    assert "37.5%" in old.first.inner_text()
    assert "基线已收" in old.first.inner_text()
    assert all("48.2%" in one for one in new.all_inner_texts())
    assert page.title().startswith(f"({new.count()}) ")
    page.locator("#panel input[type=checkbox]").uncheck()
    assert old.count() == 0
    (book / "baseline.yaml").unlink()


def test_the_sources_and_the_whole_are_told(page: Page) -> None:
    page.keyboard.press("2")
    until(lambda: "3 个数" in page.locator("#panel").inner_text(), "the source has its numbers")
    page.keyboard.press("5")
    until(lambda: "实验 3.1" in page.locator("#panel").inner_text(), "the experiment is there")
    assert page.locator("#panel svg[role=img]").first.get_attribute("aria-label") == "有记录 3"
    assert "一共 3 个，核对过 0 个" in page.locator("#panel").inner_text()
    assert page.locator("#panel .statuses tbody tr").last.inner_text().split("\t") == [
        "实验 3.1", "0/3", "3（核对 0）", "0", "0", "0",
    ]  # fmt: skip
    chart = page.locator("#panel svg.d-drawing")
    assert "核对过" in (chart.text_content() or "")
    page.locator("summary", has_text="列成表").click()
    assert page.locator("details table tbody tr").last.inner_text().split("\t") == [
        "现在",
        "0",
        "3",
    ]
    page.keyboard.press("?")
    until(page.locator("#help").is_visible, "the keys are told")


def test_the_counts_of_the_overview_lead_to_the_numbers_and_these_to_where_they_stand(
    page: Page, book: Path
) -> None:
    write(
        book,
        RECORD,
        "when: 训练之前, cite: demo2025",
        "when: 训练之前, status: secondary, cite: demo2025",
    )
    page.keyboard.press("5")
    panel = page.locator("#panel")
    until(lambda: panel.locator(".legend button", has_text="转引 1").count(), "it is counted")
    panel.locator(".legend button", has_text="转引 1").click()
    assert panel.locator("select").first.input_value() == "reported:secondary"
    page.keyboard.press("5")
    cells = panel.locator(".statuses tbody tr").last.locator("td")
    assert cells.all_inner_texts() == ["0/3", "2（核对 0）", "0", "0", "1（核对 0）"]
    cells.nth(1).locator("button").click()
    chosen = [one.input_value() for one in panel.locator("select").all()]
    assert (chosen[1:3], panel.locator(".found").count()) == (["primary", "card-game"], 2)
    page.keyboard.press("5")
    cells.nth(4).locator("button").click()
    assert "1 个数" in panel.inner_text()
    assert "用在实验 3.1 正文" in panel.locator(".found").inner_text()
    panel.locator(".found button").click()
    card = page.locator("#card")
    assert "card-game.gain" in card.locator("dd", has_text="增").last.inner_text()
    card.locator("button", has_text="看这一处").first.click()
    assert page.evaluate("document.activeElement.dataset.number") == "card-game.before"
    page.locator(".number[data-number='card-game.gain']").first.click()
    assert "由记录的数算出" in card.inner_text()
    assert "直接取自" not in card.inner_text()


def test_an_entry_of_the_contents_leads_to_just_below_the_bar_and_is_marked(page: Page) -> None:
    page.set_viewport_size({"width": 1300, "height": 300})
    for id in ("card-game", "summary"):
        page.locator(f"#contents a[href='#{id}']").click()
        assert page.locator("#contents a[aria-current]").get_attribute("href") == f"#{id}"
        below = page.evaluate(
            """(id) => document.getElementById(id).getBoundingClientRect().top
            - document.querySelector('.bar-above').getBoundingClientRect().bottom""",
            id,
        )
        assert below >= 0
        at_the_end = page.evaluate(
            "innerHeight + scrollY >= document.documentElement.scrollHeight - 2"
        )
        assert below < 40 or at_the_end


def test_a_comment_is_begun_beside_the_selection_sent_and_answered_by_the_keyboard(
    page: Page,
) -> None:
    page.evaluate("""() => {
        const words = document.querySelector('#pieces p').firstChild;
        getSelection().setBaseAndExtent(words, 2, words, 5);
    }""")
    page.locator("#comment-here").click()
    page.keyboard.type("说清楚些")
    page.keyboard.press("Control+Enter")
    until(lambda: has_comments(page, 1), "it is there")
    assert page.locator("#panel form").first.is_hidden()
    page.locator(".comment summary").click()
    until(lambda: page.evaluate("document.activeElement.tagName") == "TEXTAREA", "to be written in")
    page.keyboard.type("好")
    page.keyboard.press("Control+Enter")
    until(lambda: page.locator(".replies .said").count() == 1, "the answer is there")
    assert page.locator(".comment details[open]").count() == 0
    page.locator(".comment button", has_text="解决了").click()
    until(lambda: page.locator(".comment.resolved").count() == 1, "it is settled")
    assert page.evaluate("document.activeElement.className") == "comment resolved"


TABLE = """
::: {#rates .exhibit}
| 规则 | 说明 | 数 |
|---|---|---|
ROWS
Table: 各次的数

:::
"""


def test_on_a_phone_the_very_cell_is_seen_and_the_last_button_is_wide_enough(
    browser: Browser, preview: Preview, page: Page, book: Path
) -> None:
    rows = "".join(f"| 第 {at} 次 | {'很长的说明' * 9} | 无 |\n" for at in range(30))
    rows += "| 末次 | 说明 | {{ n('card-game.before') }} |\n"
    (book / CHAPTER).write_text(
        (book / CHAPTER).read_text("utf-8") + TABLE.replace("ROWS\n", rows + "\n"), "utf-8"
    )
    until(lambda: "末次" in text_of(page), "the table is there")
    phone = opened(browser, preview.address, **SMALL_PHONE)
    assert phone.locator("#open-help").evaluate("(one) => one.getBoundingClientRect().width") >= 24
    assert phone.evaluate("document.querySelector('.bar-above').scrollWidth") <= 360
    phone.locator("#open-sources").click()
    phone.locator(".number[data-number='card-game.before']").first.click()
    phone.locator("#card li", has_text="表 3").locator("button").click()
    seen = phone.evaluate("""() => {
        const box = document.activeElement.getBoundingClientRect();
        return [box.top - document.querySelector('.bar-above').getBoundingClientRect().bottom,
            document.querySelector('#panel').getBoundingClientRect().top - box.bottom,
            box.left, 360 - box.right, document.activeElement.closest('table') ? 1 : -1];
    }""")
    assert min(seen) >= 0, seen
    phone.context.close()


def test_a_comment_is_written_by_touch(browser: Browser, preview: Preview, page: Page) -> None:
    phone = opened(browser, preview.address, **SMALL_PHONE)
    phone.evaluate("""() => {
        const words = document.querySelector('#pieces p').firstChild;
        getSelection().setBaseAndExtent(words, 2, words, 5);
    }""")
    button = phone.locator("#comment-here")
    until(button.is_visible, "it is offered")
    box = button.bounding_box()
    assert box
    assert box["height"] >= 32
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    button.tap()
    phone.locator("#panel textarea").tap()
    phone.keyboard.type("说清楚些")
    phone.locator("#panel button", has_text="留下意见").tap()
    until(lambda: has_comments(phone, 1), "it is there")
    page.keyboard.press("3")
    until(lambda: has_comments(page, 1), "everybody sees it")
    phone.context.close()


def test_a_source_leads_to_its_numbers_and_the_contents_follow_what_is_read(
    browser: Browser, preview: Preview, page: Page, book: Path
) -> None:
    page.keyboard.press("2")
    page.locator(".source summary").first.click()
    page.locator(".source[open] li button").first.click()
    until(page.locator(".number[aria-expanded=true]").count, "its card is open")
    assert page.locator(".number[aria-expanded=true]").get_attribute("data-number") == (
        "card-game.before"
    )
    sections = "".join(f"\n## 第 {at} 节 {{#part-{at}}}\n\n{'一句话。' * 60}\n" for at in range(60))
    with (book / CHAPTER).open("a", encoding="utf-8") as file:
        file.write(sections)
    wide = opened(browser, preview.address, viewport={"width": 1400, "height": 700})
    until(lambda: wide.locator("#contents li").count() > 60, "the contents are long")
    wide.evaluate("document.querySelector('#part-50').scrollIntoView()")
    current = wide.locator("#contents a[aria-current]")
    until(lambda: "第 50 节" in current.inner_text(), "the section that is read is marked")
    seen = """() => {
        const box = document.querySelector('#contents a[aria-current]')?.getBoundingClientRect();
        return box && box.top >= 48 && box.bottom <= 700;
    }"""
    until(lambda: wide.evaluate(seen), "its entry is in sight")
    wide.context.close()


def test_changes_since_a_commit_are_marked_in_the_text(page: Page, book: Path) -> None:
    write(book, CHAPTER, "开头的理论讲清楚要问什么", "开头的理论再讲一遍要问什么")
    write(book, RECORD, "15.0", "16.5")
    until(lambda: "再讲一遍" in text_of(page), "it is shown")
    page.keyboard.press("4")
    page.locator("button", has_text="比较").click()
    panel = page.locator("#panel")
    until(lambda: "15.0% → 16.5%" in panel.inner_text(), "the number is told")
    assert page.locator("#pieces > [data-change=reworded]").count() >= 1
    assert "15.0% → 16.5%" in panel.inner_text()
    choices = panel.locator("#compared .choices button")
    assert choices.first.inner_text() == f"全部 {panel.locator('#compared li.reworded').count()}"
    choices.last.click()
    assert choices.last.get_attribute("aria-pressed") == "true"
    assert panel.locator("#compared .choices + ul > li:not(.reworded)").count() == 0
    choices.first.click()
    assert panel.locator("#compared del").first.inner_text() == "讲清楚"
    assert panel.locator("#compared ins").first.inner_text() == "再讲一遍"
    assert "HEAD（" in panel.locator("#compared h3").first.inner_text()
    style = "(one) => getComputedStyle(one).textDecorationLine"
    gone = panel.locator("#compared del").first  # drawn anew when more is known
    until(lambda: "line-through" in gone.evaluate(style), "what is gone is struck through")
    page.locator("button", has_text="清除比较").click()
    assert page.locator("#compared").inner_text() == ""
    page.locator("button", has_text="比较").first.click()
    page.locator("input[name=base]").fill("HEA")
    assert panel.locator("#compared").inner_text() == ""
    page.locator("#panel select").select_option(index=1)
    until(lambda: "到现在" in panel.inner_text(), "a commit may be chosen from a list")


def test_changes_since_the_last_reading_are_told_whole_and_word_by_word(
    page: Page, book: Path
) -> None:
    told = "async () => (await import('/page/state.js')).data.cards['card-game.after'].text"
    until(lambda: page.evaluate(told) == "15.0%", "the numbers are those of the text")
    page.keyboard.press("4")
    read = page.locator("#since-read")
    page.locator("button", has_text="记作读过").click()
    until(lambda: "没有改动" in read.inner_text(), "all is read")
    write(book, CHAPTER, "开头的理论讲清楚要问什么", "开头的理论再讲一遍要问什么")
    write(book, CHAPTER, "## 小结", "全新的一段话，放在小结之前。\n\n## 小结")
    write(book, RECORD, "15.0", "16.5")
    until(lambda: "15.0% → 16.5%" in read.inner_text(), "the number is told")
    until(lambda: "再讲一遍" in read.inner_text(), "the words are told")
    assert read.locator(".added", has_text="全新的一段话，放在小结之前。").count() == 1
    reworded = read.locator(".reworded", has_text="再讲一遍")
    reworded.locator("summary").click()
    old, new = (reworded.locator("details p").nth(at).inner_text() for at in (0, 1))
    assert old.startswith("开头的理论讲清楚要问什么")
    assert new == old.replace("讲清楚", "再讲一遍")
    assert reworded.locator("details del").all_inner_texts() == ["讲清楚"]
    assert reworded.locator("details ins").all_inner_texts() == ["再讲一遍"]
    assert page.locator("#pieces > [data-change=reworded]").count() >= 1
    page.locator("button", has_text="记作读过").click()
    assert page.locator("#pieces > [data-change]").count() == 0


# --- page and editor


def test_a_click_opens_the_editor_and_the_cursor_moves_the_page(page: Page, book: Path) -> None:
    page.set_viewport_size({"width": 900, "height": 160})
    page.evaluate("""() => { document.addEventListener('click', (event) => {
        const link = event.target.closest && event.target.closest('a[href^="vscode:"]');
        if (!link) return;
        event.preventDefault();
        window.went = link.href;
    }, true); document.addEventListener('chapterkit:edit', (event) => { window.edit = event.detail; }); }""")
    page.locator("#pieces p").last.click(modifiers=["Alt"], position={"x": 5, "y": 5})
    assert page.evaluate("window.edit")[0] in {CHAPTER, "refs.bib"}
    page.evaluate("scrollTo(0, 0)")
    tell_cursor(book, book / CHAPTER, 9)
    visible = """() => { const box = document.querySelector('#summary + *, [data-key]:last-child').getBoundingClientRect();
        return scrollY > 0; }"""
    until(lambda: page.evaluate(visible), "the page has followed")


# --- the reader's place and the keyboard

TALL = "".join(
    f"第{count}段的话写得长一些，好让窄的版面里多出几行来，看的人不该因此丢了地方。\n\n"
    for count in range(60)
)
CHOOSE = """() => { const words = [...document.querySelectorAll('#pieces p')].find((one) => one.innerText.startsWith('第50段')).firstChild;
    words.parentElement.scrollIntoView({ block: 'center' }); getSelection().setBaseAndExtent(words, 3, words, 9); }"""
HEIGHT = """() => [...document.querySelectorAll('#pieces p')].find((one) => one.innerText.startsWith('第50段')).getBoundingClientRect().top"""


def test_a_panel_that_opens_or_closes_leaves_what_is_read_at_its_height(
    page: Page, browser: Browser, preview: Preview, book: Path
) -> None:
    write(book, CHAPTER, "## 小结", f"{TALL}## 小结")
    until(partial(shows, page, "第59段"), "the chapter is long")
    page.set_viewport_size({"width": 1100, "height": 600})
    page.evaluate(CHOOSE)
    before = page.evaluate(HEIGHT)
    page.keyboard.press("c")
    assert abs(page.evaluate(HEIGHT) - before) < 3
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    page.locator("button", has_text="留下意见").click()
    assert "还没有写字" in page.locator("#panel").inner_text()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    assert not page.locator("#panel").is_visible()
    assert abs(page.evaluate(HEIGHT) - before) < 3
    page.keyboard.press("3")
    assert abs(page.evaluate(HEIGHT) - before) < 3
    page.locator("button", has_text="取消").click()
    assert page.locator("#panel textarea").count() == 0
    phone = opened(browser, preview.address, **PHONE)
    until(partial(shows, phone, "第59段"), "the chapter is long there, too")
    phone.evaluate(CHOOSE)
    phone.keyboard.press("c")
    panel = phone.locator("#panel").bounding_box()
    assert panel
    assert 40 < phone.evaluate(HEIGHT) < panel["y"] - 20
    phone.keyboard.press("Escape")
    phone.keyboard.press("Escape")
    contents = phone.locator("#open-contents")
    contents.tap()
    assert contents.get_attribute("aria-expanded") == "true"
    phone.locator("#contents a", has_text="小结").tap()
    assert contents.get_attribute("aria-expanded") == "false"
    assert "小结" in phone.evaluate("document.activeElement.innerText")
    phone.context.close()


def test_the_keyboard_goes_into_a_panel_and_back_and_what_has_nowhere_to_go_says_so(
    page: Page,
) -> None:
    number = page.locator(".number").nth(1)
    number.focus()
    page.keyboard.press("5")
    assert page.evaluate("document.activeElement.id") == "panel-body"
    page.keyboard.press("Escape")
    assert not page.locator("#panel").is_visible()
    assert number.evaluate("(one) => one === document.activeElement")
    page.keyboard.press("c")
    assert "先选中一段文字" in page.locator("#hint").inner_text()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    assert "没有问题" in page.locator("#hint").inner_text()


def test_a_card_stands_in_the_window_beside_the_number_that_it_tells_of(
    page: Page, browser: Browser, preview: Preview
) -> None:
    for one, size in ((page, (900, 500)), (opened(browser, preview.address, **PHONE), (390, 800))):
        one.set_viewport_size({"width": size[0], "height": size[1]})
        one.keyboard.press("u")
        for key in ("", "Enter"):
            if key:
                one.keyboard.press(key)
            until(one.locator("#card").is_visible, "the card is there")
            card = one.locator("#card").bounding_box()
            number = one.locator(".number[aria-expanded]").bounding_box()
            assert card
            assert number
            assert card["y"] >= 0
            assert card["y"] + card["height"] <= size[1]
            assert card["y"] >= number["y"] + number["height"] or card["y"] + card["height"] <= number["y"]  # fmt: skip
    one.locator("#card button", has_text="看这一处").first.click()
    assert "number" in one.evaluate("document.activeElement.className")
    one.context.close()


# --- comments


def test_two_browsers_comment_and_lose_nothing(
    page: Page, browser: Browser, preview: Preview, book: Path, run: Run
) -> None:
    other = opened(browser, preview.address)
    for one, words in ((page, "第一条"), (other, "第二条 <script>alert(1)</script>")):
        one.evaluate("""() => { const words = document.querySelector('#pieces p').firstChild;
            getSelection().setBaseAndExtent(words, 3, words, 7); }""")
        one.keyboard.press("c")
        one.locator("#panel textarea").first.fill(words)
    for one in (page, other):
        one.locator("button", has_text="留下意见").click()
    for one in (page, other):
        until(partial(has_comments, one, 2), "both see both")
    path = book / "review/cards.yaml"
    kept = parse_comments(path.read_text("utf-8"), "review/cards.yaml")
    assert {one.text for one in kept} == {"第一条", "第二条 <script>alert(1)</script>"}
    assert {(one.quote, one.author) for one in kept} == {("理论讲清", "编辑甲")}
    page.locator(".comment", has_text="第一条").locator("summary").click()
    page.locator(".comment", has_text="第一条").locator("textarea").fill("改了")
    page.locator(".comment", has_text="第一条").locator("button", has_text="回复").click()
    until(lambda: "改了" in path.read_text("utf-8"), "the answer is written")
    told = run(book, "check", "--comments", "--rule", "literal-tex").output
    assert "book/chapter3.md:3:" in told
    assert "第一条 / 改了" in told
    write(book, CHAPTER, "开头的理论讲清楚要问什么", "全都换成了别的话")
    until(lambda: "原文已经不在" in page.locator("#panel").inner_text(), "they are orphans now")
    page.locator(".comment", has_text="第二条").locator("button", has_text="解决了").click()
    until(lambda: "resolved: true" in path.read_text("utf-8"), "one is resolved")
    page.locator(".comment", has_text="第一条").locator("> button", has_text="修改").click()
    page.locator(".comment", has_text="第一条").locator("textarea[aria-label=存下修改]").fill(
        "改过的第一条"
    )
    page.locator("button", has_text="存下修改").click()
    until(lambda: "改过的第一条" in path.read_text("utf-8"), "one's own is changed")
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator(".comment", has_text="改过的第一条").locator("> button", has_text="删掉").click()
    until(partial(has_comments, page, 1), "one's own is gone")
    other.context.close()


def test_what_two_browsers_make_of_one_comment_is_told_and_not_lost(
    page: Page, browser: Browser, preview: Preview, book: Path
) -> None:
    (book / "review").mkdir()
    path = book / "review/cards.yaml"
    path.write_text(
        "comments:\n- {id: 0123456789ab, quote: 理论, sentence: '0123456789abcdef', at: 'a.md:1', "
        "author: 编辑甲, date: '2026-01-01', text: 起初, replies: [{author: 编辑甲, "
        "date: '2026-01-02', text: 答起初}, {author: 别人, date: '2026-01-02', text: 别人答}]}\n",
        "utf-8",
    )
    other = opened(browser, preview.address)
    for one in (page, other):
        one.keyboard.press("3")
        until(partial(has_comments, one, 1), "both see it")
        one.locator(".comment > button", has_text="修改").click()
        one.locator("textarea[aria-label=存下修改]").fill("这里" if one is page else "那里")
    page.locator("button", has_text="存下修改").click()
    until(lambda: "这里" in path.read_text("utf-8"), "the first is written")
    warned = other.locator(".comment .bad")
    until(warned.is_visible, "the other one is told")
    other.locator("button", has_text="存下修改").click()
    until(lambda: "已经改成了“这里”" in other.locator("#panel").inner_text(), "it is refused")
    assert other.locator("textarea[aria-label=存下修改]").input_value() == "那里"
    other.locator("button", has_text="看过了").click()
    other.locator("button", has_text="存下修改").click()
    until(lambda: "那里" in path.read_text("utf-8"), "it is written, once it was seen")
    replies = other.locator(".replies li")
    assert replies.nth(1).locator("button").count() == 0
    replies.first.locator("button", has_text="修改").click()
    other.locator("textarea[aria-label=存下修改]").fill("答得更好")
    other.locator("button", has_text="存下修改").click()
    until(lambda: "答得更好" in path.read_text("utf-8"), "the reply is changed")
    until(lambda: "改过）" in replies.first.inner_text(), "that it was is told")
    [kept] = parse_comments(path.read_text("utf-8"), "review/cards.yaml")
    assert (kept.text, kept.date) == ("那里", "2026-01-01")
    assert kept.edited == kept.replies[0].edited > "2026-01-02"
    assert [one.text for one in kept.replies] == ["答得更好", "别人答"]
    other.once("dialog", lambda dialog: dialog.accept())
    replies.first.locator("button", has_text="删掉").click()
    until(lambda: "答得更好" not in path.read_text("utf-8"), "the reply is gone")
    until(lambda: replies.count() == 1, "and is shown no more")
    [kept] = parse_comments(path.read_text("utf-8"), "review/cards.yaml")
    assert [one.text for one in kept.replies] == ["别人答"]
    other.context.close()


def test_what_is_being_written_stays_when_news_arrive_and_when_the_page_is_loaded_anew(
    page: Page, preview: Preview, book: Path
) -> None:
    page.evaluate("""() => { const words = document.querySelector('#pieces p').firstChild;
        getSelection().setBaseAndExtent(words, 3, words, 7); }""")
    page.keyboard.press("c")
    box = page.locator("#panel textarea").first
    box.fill("写到一半")
    path = book / "review/cards.yaml"
    path.parent.mkdir()
    # The folder is new, and others write into it: that is followed, and does not disturb.
    one = "{id: %s, quote: 理论, sentence: '0123456789abcdef', at: 'a.md:1', author: 乙, date: '2026-01-01', text: %s}"
    path.write_text("comments:\n- " + one % ("0123456789ab", "甲说") + "\n", "utf-8")
    until(partial(has_comments, page, 1), "the comment of somebody else is there")
    assert page.evaluate("document.activeElement.value") == "写到一半"
    box.dispatch_event("compositionstart", {"bubbles": True})
    with path.open("a", encoding="utf-8") as file:
        file.write("- " + one % ("0123456789ac", "乙说") + "\n")
    said = "async () => (await import('/page/state.js')).data.comments.length"
    until(lambda: page.evaluate(said) == 2, "the news have arrived")
    assert has_comments(page, 1)
    box.dispatch_event("compositionend", {"bubbles": True})
    until(partial(has_comments, page, 2), "they are shown afterwards")
    page.reload()
    page.wait_for_selector("#panel textarea")
    assert page.locator("#panel textarea").first.input_value() == "写到一半"
    page.locator("#panel button", has_text="取消").first.click()


# --- who may ask


def got(preview: Preview, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{preview.port}{path}", timeout=30) as answer:
        body: bytes = answer.read()
    return body.decode("utf-8")


def ask(preview: Preview, method: str, path: str, body: str = "", **headers: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", preview.port, timeout=30)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body or None, named)
    status = connection.getresponse().status
    connection.close()
    return status


def test_strangers_are_refused_and_nothing_else_is_served(preview: Preview) -> None:
    assert ask(preview, "GET", "/cards") == 200
    assert ask(preview, "GET", "/cards", Host="evil.example") == 403
    assert ask(preview, "GET", "/cards", Host=f"evil.example:{preview.port}") == 403
    assert ask(preview, "GET", "/cards", Origin="http://evil.example") == 403
    assert ask(preview, "GET", "/cards", Origin="null") == 403
    for path in ("/page/", "/page/../page.html", "/page/..%2f..%2fstyle.css", "/build/", "/refs.bib",
                 "/../refs.bib", "/%2e%2e/refs.bib", "/page/page.html", "/etc/passwd", "/.git/config"):  # fmt: skip
        assert ask(preview, "GET", path) == 404, path
    body = json.dumps({"name": "cards", "do": "add"})
    local = f"http://127.0.0.1:{preview.port}"
    for headers, status in (
        ({}, 403),
        ({"X_Chapterkit_Token": "x" * 32, "Content_Type": "application/json"}, 403),
        ({"Origin": local, "Content_Type": "application/json"}, 403),
    ):
        assert ask(preview, "POST", "/do/comment", body, **headers) == status


def test_writing_takes_the_token_json_and_a_body_of_some_size(preview: Preview, page: Page) -> None:
    token = page.evaluate("document.querySelector('meta[name=chapterkit-token]').content")
    headers = {"X_Chapterkit_Token": token, "Content_Type": "application/json"}
    plain = {**headers, "Content_Type": "text/plain"}
    assert ask(preview, "POST", "/do/comment", "{}", **plain) == 415
    assert ask(preview, "POST", "/do/comment", "x" * 70_000, **headers) == 413
    assert ask(preview, "POST", "/do/comment", "[]", **headers) == 400
    assert ask(preview, "POST", "/do/nothing", '{"name": "cards"}', **headers) == 200
    assert ask(preview, "DELETE", "/cards", **headers) == 405
    assert not (preview.book / "review").exists()


ATTACKS = (
    "<script>window.hit=1</script>", '<img src=x onerror="window.hit=1">', "<svg onload=window.hit=1>",
    "[点](javascript:window.hit=1)", '</script><script>window.hit=1</script>', "`<script>`", "{{ 7 * 7 }}",
)  # fmt: skip


def test_nothing_of_a_manuscript_becomes_markup_or_script(
    page: Page, browser: Browser, book: Path, run: Run
) -> None:
    attack = "".join(ATTACKS[:5])
    quoted = json.dumps(attack, ensure_ascii=False)
    write(book, CHAPTER, "开头的理论", "开头的" + attack.replace("[点]", "[点甲]") + "理论")
    write(book, RECORD, "title: 换一条规则", f"title: {quoted}")
    write(book, RECORD, "of: 成功率, when: 训练之前", f"of: {quoted}, when: {quoted}")
    write(
        book,
        "refs.bib",
        "A Demonstration of Rules",
        "A <script>window.hit=1</script> {\\&} <svg onload=window.hit=1>",
    )
    (book / "review").mkdir(exist_ok=True)
    (book / "review/cards.yaml").write_text(
        "comments:\n- {id: 0123456789ab, quote: 开头, sentence: '0123456789abcdef', "
        f"at: 'book/chapter3.md:3', author: {quoted}, date: '2026-01-01', text: {quoted}}}\n", "utf-8",
    )  # fmt: skip
    until(lambda: "点甲" in text_of(page), "the attack is shown")
    page.keyboard.press("3")
    until(page.locator(".comment", has_text="onerror").is_visible, "the comment is shown")
    for key in "12456":
        page.keyboard.press(key)
    page.locator(".number").first.click()
    until(lambda: "onerror" in page.locator("#card").inner_text(), "the card tells it as text")
    for one in (page, opened(browser, page.url)):
        assert one.evaluate("window.hit") is None
        strange = "script:not([src]):not([type='application/json']), #pieces svg, #pieces img, [onerror], [onload], a[href^='javascript']"
        assert one.locator(strange).count() == 0
    run(book, "build", "--format", "review", "--format", "html")


# --- for everybody


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_view(
    browser: Browser, preview: Preview, book: Path, scheme: Any
) -> None:
    write(book, CHAPTER, "开头的理论讲清楚", f"开头的理论有 37.5% ，{scheme} 讲清楚")
    for width, height in ((1400, 900), (360 if scheme == "light" else 390, 800)):
        size: Any = {"width": width, "height": height}
        page = opened(browser, preview.address, color_scheme=scheme, viewport=size,
                      reduced_motion="reduce", bypass_csp=True)  # fmt: skip
        until(partial(counts_problems, page), "problems are known")
        views = ["", "1", "2", "3", "4", "5", "6"] if scheme == "light" else ["", "5"]
        for key in views:
            if key:
                page.keyboard.press(key)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            check(page, f"{scheme} {width} panel {key}")
        page.keyboard.press(views[-1] or "Escape")
        page.locator(".number").first.click()
        until(lambda: page.locator("#card img").count() == 1, "its lines are there")  # noqa: B023
        check(page, f"{scheme} {width} card")
        page.context.close()


def test_a_review_has_the_lines_of_sources_and_the_map_of_experiments_in_it(
    browser: Browser, tmp_path: Path, run: Run
) -> None:
    book = shutil.copytree(MINIMAL.with_name("medicine"), tmp_path / "book")
    subprocess.run(["git", "init", "-q", str(book)], check=True)
    _commit(book)
    write(book, "experiments/streptomycin.yaml", "value: 55,", "value: 56,")
    papers = tmp_path / "papers"
    papers.mkdir()
    (papers / "mrc1948.pdf").write_bytes(paper("27%"))
    done = run(
        book, "build", "2", "--format", "review", "--sources", str(papers), "--against", "HEAD"
    )
    assert done.exit_code == 0, done.output
    page = browser.new_context(**SMALL_PHONE).new_page()
    page.goto(next((book / "build").glob("*/*.review.html")).as_uri())
    page.wait_for_selector(".number[data-mark]")
    page.locator('.number[data-number="streptomycin.control_dead"]').first.tap()
    assert "27%" in (page.locator("#card .clipped img").get_attribute("alt") or "")
    page.keyboard.press("Escape")
    page.keyboard.press("4")
    assert "55 名 → 56 名" in page.locator("#compared").inner_text()
    page.keyboard.press("5")
    boxes = page.locator("#panel svg[role=group] a")
    assert boxes.count() >= 2
    assert page.locator("#panel .record li").count() >= 1
    boxes.last.focus()
    page.keyboard.press("Enter")
    assert page.url.endswith(boxes.last.get_attribute("href") or "?")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.context.close()


def check(page: Page, view: str) -> None:
    found = Axe().run(page).response["violations"]
    told = [(one["id"], [node["html"][:120] for node in one["nodes"]][:3]) for one in found]
    assert told == [], view


def test_the_review_is_one_file_that_asks_for_nothing(
    browser: Browser, minimal: Path, run: Run
) -> None:
    (minimal / "review").mkdir()
    (minimal / "review/cards.yaml").write_text(
        "comments: [{id: 0123456789ab, quote: 理论, sentence: '0123456789abcdef', at: 'a.md:1', "
        "author: 甲, date: '2026-01-01', text: '</script><!--'}]\n", "utf-8",
    )  # fmt: skip
    assert run(minimal, "build", "--format", "review").exit_code == 0
    file = minimal / "build/cards/cards.review.html"
    page = browser.new_context().new_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda told: complaints.append(told.text))
    page.goto(file.as_uri())
    page.wait_for_selector(".number[data-mark]")
    page.locator(".number").nth(2).click()
    until(lambda: "after - before" in page.locator("#card").inner_text(), "the card is there")
    page.keyboard.press("Escape")
    for key in "12345":
        page.keyboard.press(key)
        until(page.locator("#panel").is_visible, "the panel is there")
    assert page.locator("#panel button", has_text="比较").count() == 0
    assert [one for one in asked if not one.startswith("data:")] == [file.as_uri()]
    assert complaints == []
    page.context.close()
