"""Charts, flows, traces and times to draw: the numbers are made up."""

from __future__ import annotations

from decimal import Decimal

from chapterkit.drawing import (
    Category,
    Chart,
    Edge,
    Flow,
    Lane,
    Node,
    Point,
    Segment,
    Series,
    Span,
    Timeline,
    Trace,
)


def points(*values: str, unit: str = "%") -> tuple[Point, ...]:
    return tuple(Point(Decimal(one), f"{one}{unit}", f"{one}{unit}，图 6") for one in values)


def categories(*labels: str) -> tuple[Category, ...]:
    return tuple(map(Category, labels))


ARMS = ("起点", "监督微调之后", "强化学习之后")
BARS = Chart(
    "bars",
    categories("文字版", "图像版"),
    tuple(
        Series(name, points(*values))
        for name, values in zip(
            ARMS, (("11.5", "11.2"), ("3.4", "5.6"), ("15.0", "14.2")), strict=True
        )
    ),
    "换规则之后的成功率",
    "柱状图：文字版从 11.5% 升到 15.0%",
    unit="%",
    value_title="每局成功率",
)
FALLS = Chart(
    "bars",
    categories("强化学习", "监督微调"),
    (Series("变化", points("3.5", "-8.1", unit=" 个百分点")),),
    "升降",
    unit="个百分点",
    value_title="成功率的变化",
)
DOTS = Chart(
    "dots",
    categories("易", "难"),
    (
        Series("原模型", points("978", "12073", unit="")),
        Series(
            "新模型",
            (
                Point(Decimal(480), "480", low=Decimal(430), high=Decimal(560)),
                Point(Decimal(6679), "6679", low=Decimal(5900), high=Decimal(7300)),
            ),
            marked=True,
        ),
    ),
    "回答长度",
    unit="token",
    value_title="平均长度",
)
LINES = Chart(
    "lines",
    tuple(Category(str(step), Decimal(step)) for step in (0, 100, 200, 400)),
    (
        Series("用工具", points("40.0", "58.1", "63.0", "67.0")),
        Series("只用文字", (*points("30.0", "34.5"), None, *points("40.0"))),
    ),
    "正确率随步数的变化",
    unit="%",
    value_title="正确率",
    category_title="训练步数（步）",
)
SLOPES = Chart(
    "slopes",
    categories("之前", "之后"),
    (
        Series("强化学习", points("11.5", "15.0")),
        Series("监督微调，用专家写好的答案", points("11.5", "3.4")),
        Series("两者先后", points("11.2", "14.6")),
    ),
    "前后",
    unit="%",
    value_title="成功率",
)
SHARES = Chart(
    "shares",
    categories("易", "中", "难"),
    (
        Series("不思考", points("86.9", "76.8", "6.3")),
        Series("思考", points("13.1", "23.2", "93.7")),
    ),
    "各占多少",
    unit="%",
    value_title="题目占比",
    whole=Decimal(100),
)
CHARTS = {
    "bars": BARS,
    "falls": FALLS,
    "dots": DOTS,
    "lines": LINES,
    "slopes": SLOPES,
    "shares": SHARES,
}

LOOPS = Flow(
    (
        Node("init", "同一个检查点：先做一段监督微调", "start"),
        Node("answers", "专家写好的单轮问答", "data"),
        Node("copy", "逐 token 模仿：答案里每个 token 都算损失"),
        Node("game", "环境抽一副牌", "data"),
        Node("play", "模型作答", "model"),
        Node("judge", "检验器判对错"),
        Node("reward", "按结果给奖励", "reward", "只看结果", marked=True),
        Node("test", "换一条规则再考", "end"),
    ),
    (
        Edge("init", "answers"),
        Edge("answers", "copy"),
        Edge("init", "game"),
        Edge("game", "play"),
        Edge("play", "judge", "算式"),
        Edge("judge", "play", "没答对，附一句说明再答", dashed=True),
        Edge("judge", "reward"),
        Edge("reward", "play", "下一批"),
        Edge("copy", "test"),
        Edge("reward", "test"),
    ),
    "监督微调与强化学习",
    "流程图：从同一个检查点分出两支",
    (Lane("监督微调", ("answers", "copy")), Lane("强化学习", ("game", "play", "judge", "reward"))),
)
ACROSS = Flow(
    (Node("a", "提示", "data"), Node("b", "模型", "model"), Node("c", "奖励", "reward")),
    (Edge("a", "b"), Edge("b", "c", "回答"), Edge("c", "b", "更新")),
    "一圈",
    direction="across",
)
FLOWS = {"loops": LOOPS, "across": ACROSS}

TRACE = Trace(
    (
        (
            "用工具",
            (
                Segment("题目", "给定的", masked=True, weight=Decimal(2)),
                Segment("先列式：要算 2 的 100 次方除以 7 的余数", "模型写的", weight=Decimal(4)),
                Segment("<code>pow(2,100,7)</code>", "模型写的", weight=Decimal(3)),
                Segment("输出 2", "解释器返回的", masked=True),
                Segment("答案：2", "模型写的"),
            ),
        ),
    ),
    "一条轨迹",
    masked_means="不计入损失",
)
TIMES = Timeline(
    (
        ("依次采样", (Span(Decimal(0), Decimal(7695), "采样", "7695 秒"),
                  Span(Decimal(7695), Decimal(7839), "训练", "144 秒"))),
        ("并行采样", (Span(Decimal(0), Decimal(525), "采样", "525 秒"),
                  Span(Decimal(525), Decimal(669), "训练", "144 秒"))),
    ),
    "一轮的用时",
    unit="秒",
    value_title="从一轮开始算起的时间",
)  # fmt: skip
