"""A library of any size, the same whenever it is made: chapters of varied prose, each with a record.

Run: python tests/library.py FOLDER CHAPTERS [SEED]. A record has twenty numbers, a table of all of
them, in every third chapter a chart. The first of its numbers is printed in three chapters (its
own, the next one and the seventh after it), which also refer to its record, to its table and to a
heading of its chapter. Another seed gives other words and other values.
"""

from __future__ import annotations

import random
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

BEHIND = (1, 7)
"""How many chapters later a record's first number is printed again."""

_WHO = [
    "值班的人",
    "评测的人",
    "工程师",
    "标注员",
    "审稿人",
    "读者",
    "使用者",
    "运维的人",
    "学生",
    "教师",
    "编辑",
]
_WHAT = [
    "训练样本",
    "奖励信号",
    "检验步骤",
    "评测脚本",
    "提示文字",
    "对照设置",
    "采样办法",
    "模型参数",
    "任务说明",
    "错误记录",
    "回答格式",
    "数据来源",
    "推理过程",
    "运行环境",
    "更新规则",
    "失败案例",
    "人工标注",
    "检索结果",
    "工具调用",
    "上下文",
]
_DOES = [
    "改写",
    "挑选",
    "核对",
    "比较",
    "解释",
    "记录",
    "拆开",
    "合并",
    "保留",
    "舍弃",
    "重排",
    "检查",
    "描述",
    "估计",
    "调整",
    "追踪",
]
_HOW = [
    "逐项",
    "仔细",
    "反复",
    "事先",
    "事后",
    "分头",
    "照旧",
    "当场",
    "按批",
    "随时",
    "尽早",
    "逐步",
]
_WHERE = [
    "换了规则以后",
    "在同样的算力下",
    "离开训练的题目",
    "到了陌生的页面",
    "面对更长的对话",
    "遇到含糊的要求",
    "碰上少见的格式",
    "规模放大之后",
    "缺少反馈的时候",
    "数据偏斜的时候",
    "步骤变多以后",
    "检验放宽之后",
]
_SO = [
    "差别就看得出来",
    "结论仍然站得住",
    "原先的说法要收回",
    "起作用的原因还要再找",
    "代价落在后面的步骤上",
    "好处会慢慢消失",
    "误差会互相抵消",
    "旧办法反而更稳",
    "成绩的起伏变小",
    "偶然的成功不再出现",
]
_LINK = ["因此", "不过", "另外", "同时", "反过来", "更要紧的是", "照这样看", "由此可见"]
_TASK = [
    "问答",
    "翻译",
    "检索",
    "规划",
    "编程",
    "摘要",
    "分类",
    "对话",
    "导航",
    "推理",
    "校对",
    "排序",
]
_WAY = ["示范微调", "强化学习", "偏好学习", "提示工程", "检索增强", "蒸馏", "自我改进", "课程学习"]
_SIDE = ["起点", "微调之后", "换规则之后", "再训练之后"]


def make(folder: Path, chapters: int, seed: int = 1) -> None:
    """Write a library of so many chapters into a folder."""
    for path, text in _files(chapters, seed):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")


def chapter(place: int) -> str:
    """Return the slug of a chapter, counted from 1."""
    return f"c{place:04}"


def record(place: int) -> str:
    """Return the slug of a chapter's record."""
    return f"s{place:04}"


def with_first_number(folder: Path, place: int, value: str) -> None:
    """Change the first number of a chapter's record, which three chapters print."""
    path = folder / f"experiments/{record(place)}.yaml"
    head, _, rest = path.read_text("utf-8").partition("  v1a: {value: ")
    path.write_text(f"{head}  v1a: {{value: {value},{rest.partition(',')[2]}", "utf-8")


def printing_first_number(place: int, chapters: int) -> list[str]:
    """Return the slugs of the chapters that print the first number of a chapter's record."""
    return [chapter(one) for one in (place, *(place + by for by in BEHIND)) if one <= chapters]


def _files(chapters: int, seed: int) -> Iterator[tuple[str, str]]:
    listed = "".join(
        f"  - {{slug: {chapter(one)}, number: {one}, file: {chapter(one)}.md}}\n"
        for one in range(1, chapters + 1)
    )
    yield "book/book.yaml", _BOOK.format(uuid=uuid.UUID(int=seed), listed=listed)
    yield "templates/experiment.md.j2", _TEMPLATE
    yield "refs.bib", "\n".join(_source(one, seed) for one in range(1, chapters + 1))
    for one in range(1, chapters + 1):
        words = _Words(random.Random(f"{seed} {one}"))
        yield f"book/{chapter(one)}.md", words.chapter(one)
        yield f"experiments/{record(one)}.yaml", words.record(one)


_BOOK = """\
title: 书架
author: 甲乙
language: zh-Hans
identifier: urn:uuid:{uuid}
chapters:
{listed}"""

_TEMPLATE = """\
## {{ record.label }} {{ record.title }} {#{{ record.slug }}}

{% for finding in record.findings %}
{{ finding.claim }}{{ cite(finding.cite, finding.at) }}。{{ ref("t-" ~ record.slug) }} 列出全部成绩。

{% endfor %}
{{ table("t-" ~ record.slug) }}

"""


def _source(place: int, seed: int) -> str:
    year = 2000 + (place * 7 + seed) % 26
    return (
        f"@article{{k{place:04},\n  title = {{On Case {place}}},\n"
        f"  author = {{Author, A{'abcdefghij'[place % 10]}}},\n"
        f"  journal = {{Journal of Cases}},\n  volume = {{{place % 40 + 1}}},\n"
        f"  pages = {{{place}--{place + 9}}},\n  year = {{{year}}},\n  langid = {{english}}\n}}\n"
    )


class _Words:
    """Words, drawn anew for each chapter."""

    def __init__(self, drawn: random.Random) -> None:
        self.drawn = drawn

    def one(self, words: list[str]) -> str:
        return self.drawn.choice(words)

    def clause(self) -> str:
        return self.drawn.choice((
            f"{self.one(_WHO)}{self.one(_HOW)}{self.one(_DOES)}{self.one(_WHAT)}",
            f"{self.one(_WHERE)}{self.one(_WHO)}还要{self.one(_DOES)}{self.one(_WHAT)}",
            f"{self.one(_WHAT)}由{self.one(_WHO)}{self.one(_HOW)}{self.one(_DOES)}",
        ))  # fmt: skip

    def sentence(self) -> str:
        end = f"{self.one(_WHERE)}{self.one(_SO)}"
        return self.drawn.choice((
            f"{self.clause()}，{end}。",
            f"{self.one(_LINK)}{self.clause()}，{self.clause()}，{self.one(_SO)}。",
            f"{self.clause()}，再看{self.one(_TASK)}里的{self.one(_WHAT)}，{self.one(_SO)}。",
        ))  # fmt: skip

    def paragraph(self) -> str:
        return "".join(self.sentence() for _ in range(self.drawn.randint(4, 7)))

    def chapter(self, place: int) -> str:
        cite, own = f'{{{{ cite("k{place:04}", "第 2 节") }}}}', record(place)
        parts = [
            f"# {self.one(_WAY)}与{self.one(_TASK)} {{#{chapter(place)}}}",
            f"{self.paragraph()}{cite}",
            f"## {self.one(_TASK)}里的{self.one(_WHAT)} {{#theory-{place:04}}}",
            *(f"{self.paragraph()}{cite}" for _ in range(7)),
            f'{{{{ experiment("{own}") }}}}',
        ]
        if place % 3 == 0:
            parts += [f'{{{{ ref("g-{own}") }}}} 画出其中的差别。', f'{{{{ chart("g-{own}") }}}}']
        parts += [
            f"## {self.one(_TASK)}之后 {{#after-{place:04}}}",
            f'{self.sentence()}成绩是 {{{{ n("{own}.v1a") }}}}{cite}。',
            *(self.back_to(place - by, by) for by in BEHIND if place > by),
            *(self.paragraph() for _ in range(3)),
        ]
        return "\n\n".join(parts) + "\n"

    def back_to(self, place: int, by: int) -> str:
        """Return a paragraph that refers to an earlier chapter."""
        seen = f'{{{{ n("{record(place)}.v1a") }}}}{{{{ cite("k{place:04}", "表 1") }}}}'
        there = f"t-{record(place)}" if by == BEHIND[0] else f"theory-{place:04}"
        return (
            f'{self.sentence()}前面的{{{{ ref("{record(place)}") }}}} 量得 {seen}，'
            f'{{{{ ref("{there}") }}}} 已经说过。'
        )

    def record(self, place: int) -> str:
        key = f"k{place:04}"
        ways, task = self.drawn.sample(_WAY, 5), self.one(_TASK)
        lines = [
            f"slug: {record(place)}",
            f"title: {task}上的{self.one(_WHAT)}",
            f"sources: [{key}]",
            "numbers:",
        ]
        for row, way in enumerate(ways, 1):
            for side, when in zip("abcd", _SIDE, strict=True):
                value = self.drawn.randint(101, 989) / 10
                lines.append(
                    f'  v{row}{side}: {{value: {value}, unit: "%", of: {task}的成功率, '
                    f"when: {way}，{when}, cite: {key}, at: 表 1}}"
                )
        cells = {way: [f"v{row}{side}" for side in "abcd"] for row, way in enumerate(ways, 1)}
        lines += [
            "findings:",
            f"  - {{claim: {self.clause()}，{self.one(_SO)}, rests_on: [], cite: {key}, at: 表 1}}",
            "tables:",
            f"  t-{record(place)}:",
            f"    caption: {task}的成功率",
            f"    columns: [{', '.join(_SIDE)}]",
            "    rows:",
            *(f"      {way}: [{', '.join(names)}]" for way, names in cells.items()),
        ]
        if place % 3 == 0:
            lines += [
                "charts:",
                f"  g-{record(place)}:",
                "    kind: bars",
                f"    caption: {task}的成功率，两种办法",
                f"    columns: [{_SIDE[0]}, {_SIDE[1]}]",
                "    rows:",
                *(f"      {way}: [{', '.join(cells[way][:2])}]" for way in ways[:2]),
                f"    axis: {task}的成功率",
                f"    alt: {ways[0]}与{ways[1]}在训练前后的成绩",
            ]
        return "\n".join(lines) + "\n"


if __name__ == "__main__":
    make(Path(sys.argv[1]), *map(int, sys.argv[2:]))
