"""How long `find_quantities` takes for Chinese prose: 5 MB/s of UTF-8 is the goal, on one core."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from measuring import Case, Cost, Measured, Row, Target, Topic, in_turns

from chapterkit.quantities import find_quantities

SENTENCES = (
    "这一结果说明，模型并不只是记住了训练时见过的样子，而是学到了一些可以带到别处去用的东西。",
    "在换了规则的测试里，成功率从 11.5% 升到 15.0%，另一支却跌到三成以下，两者的差距一目了然。",
    "作者一方面统一了评测的口径，另一方面也承认，样本只有十七个，结论还要再看。",
    "与其说它学会了推理，不如说它学会了在什么时候停下来，重新检查自己写过的每一步。",
    "训练共用 8 张卡，跑了约三天，处理了 2.3 亿个词元，花费不到一万两千元。",
    "图 3 与表 7-2 给出了同样的趋势，第三章已经讨论过它的成因 [@li2024]。",
    "这种说法由来已久，历史学家却很少追问它究竟从哪里来，又为什么总能说服人。",
    "受访者里约有三分之二表示愿意继续参加，平均年龄四十二岁，女性略多于男性。",
    "如果奖励只看最后的答案，模型就有可能绕过中间的步骤，找到一条谁也没有料到的捷径。",
    "价格一旦失去了传递信息的作用，市场就不再是市场，而只是一套登记数量的办法。",
    "GPT-4o 与 Qwen2.5-3B 的成绩相差不大，但是后者的参数少了一个数量级。",
    "从方法上说，这种比较并不公平，因为对照的一方从来没有机会看到同样多的材料。",
    "关于这个问题，学界的看法前后有过很大的变化，而争论的焦点始终是证据从哪里来。",
    "人们往往以为，只要资料足够丰富，规律就会自己显现出来，事实却常常相反。",
    "制度的变迁很少出于设计，更多的时候，它是许多人各自打算的结果。",
    "读者不妨先把结论放在一边，看看作者是怎样一步一步地把问题提出来的。",
    "这样的安排看似烦琐，却使得后来的每一次修改都有据可查，责任也分得清楚。",
    "语言的边界并不是事先画好的，它随着人们怎样使用语言而一点一点地移动。",
)


def prose(megabytes: float, seed: int = 7) -> str:
    """Paragraphs as an academic book has them."""
    choose = random.Random(seed)
    paragraphs: list[str] = []
    size, goal = 0, int(megabytes * 1_000_000)
    while size < goal:
        paragraph = "".join(choose.choice(SENTENCES) for _ in range(choose.randint(4, 9)))
        paragraphs.append(paragraph)
        size += len(paragraph.encode()) + 2
    return "\n\n".join(paragraphs)


def measured(folder: Path) -> Measured:
    """Measure the reading of four megabytes as one text, and by paragraph."""
    text = prose(4)
    find_quantities(text[:100_000])
    work = {WHOLE: [text], PARAGRAPHS: text.split("\n\n")}
    cases = (Case(name, cost=partial(_read, pieces), rounds=3) for name, pieces in work.items())
    return in_turns([*cases])


def _read(pieces: Sequence[str]) -> Cost:
    """Return what finding the quantities of some texts takes, in this process."""
    begun, used = time.perf_counter(), time.process_time()
    for piece in pieces:
        find_quantities(piece)
    return Cost(time.perf_counter() - begun, time.process_time() - used)


WHOLE, PARAGRAPHS = "quantities in 4 MB, one text", "quantities in 4 MB, by paragraph"
ROWS = (Row(WHOLE, target=Target(0.8, "s")), Row(PARAGRAPHS, target=Target(0.8, "s")))
TOPIC = Topic("quantities", ROWS, measured)
