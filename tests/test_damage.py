"""Damage of every kind is found and, where nothing was lost, undone; sound text is left alone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chapterkit.lint.damage import Damage, find_damage

_WORDS = re.findall(
    r"\w+",
    "语言模型 训练 监督微调 强化学习 奖励 数据 回答 题目 方法 结果 研究者 我们 他们 发现 提高 成绩 规则 任务 "
    "能力 参数 推理 时间 问题 可以 没有 因为 所以 如果 但是 已经 开始 老师 学生 城市 历史 世界 经济 社会 生活 "
    "天气 朋友 音乐 图书馆 医院 火车 飞机 早晨 夜晚 春天 中文 文字 编码 字符 北京 上海 的 了 是 在 把 被 和 与 很 不",
)
_MARKS = ("，", "。", "；", "：", "？", "！", "、", "——", "……")

words = st.lists(st.sampled_from(_WORDS), min_size=2, max_size=8).map("".join)
sentences = st.lists(st.tuples(words, st.sampled_from(_MARKS)), min_size=1, max_size=4).map(
    lambda parts: "".join(word + mark for word, mark in parts)
)


def misread(charset: str, *, drop: bool) -> Callable[[str], str]:
    """Return what reads UTF-8 as a single-byte charset, bytes it does not know kept or dropped."""

    def read(text: str) -> str:
        characters = []
        for byte in text.encode():
            known = bytes([byte]).decode(charset, "ignore")
            characters.append(known or ("" if drop else chr(byte)))
        return "".join(characters)

    return read


def found(text: str) -> list[Damage]:
    return list(find_damage(text, frozenset(text)))


Reader = Callable[[str], str]
KEPT: dict[str, Reader] = {
    "windows-1252": misread("cp1252", drop=False),
    "latin-1": misread("latin-1", drop=False),
    "windows-1254": misread("cp1254", drop=False),
    "twice": lambda text: misread("cp1252", drop=False)(misread("cp1252", drop=False)(text)),
}


@given(kind=st.sampled_from(sorted(KEPT)), sentence=sentences)
@settings(max_examples=200, deadline=None)
def test_text_that_lost_nothing_is_told_exactly(kind: str, sentence: str) -> None:
    [damage] = found(f"此前，{KEPT[kind](sentence)}此后。")
    assert damage.is_exact
    assert damage.original == sentence


@given(sentence=words.filter(lambda text: len(set(text)) >= 4))
@settings(max_examples=100, deadline=None)
def test_gbk_read_as_latin_is_told_exactly(sentence: str) -> None:
    [damage] = found(f"此前，{sentence.encode('gbk').decode('latin-1')}。")
    assert (damage.original, damage.is_exact) == (sentence, True)


LOSING: dict[str, Reader] = {
    "windows-1252, dropped": misread("cp1252", drop=True),
    "windows-1254, dropped": misread("cp1254", drop=True),
    "GBK": lambda text: text.encode().decode("gb18030", "replace"),
    "GBK, dropped": lambda text: text.encode().decode("gbk", "ignore"),
    "GBK, ?": lambda text: text.encode().decode("gbk", "replace").replace("\ufffd", "?"),
}


@given(kind=st.sampled_from(sorted(LOSING)), sentence=sentences.filter(lambda text: len(text) >= 8))
@settings(max_examples=300, deadline=None)
def test_text_that_may_have_lost_bytes_is_found_and_nothing_wrong_claimed(
    kind: str, sentence: str
) -> None:
    damages = found(f"此前，{LOSING[kind](sentence)}")
    assert damages
    for damage in damages:
        assert not damage.is_exact or damage.original in sentence


_SOUND = st.sampled_from((
    "café", "naïve", "déjà vu", "« Les Misérables »", "L’Étranger", "à l’été", "œuvre", "Noël", "ça",
    "Größe", "Straße", "„Übermut“", "schöne Grüße", "señor", "¿Qué?", "¡Olé!", "mañana", "São Paulo",
    "Việt Nam", "Nguyễn", "phở", "Đặng", "İstanbul’da", "Łódź", "Dvořák", "smørrebrød", "Ångström",
    "Привет, мир", "Толстой", "Ελλάδα", "λόγος", "α-helix", "10 μm", "5 µm", "±2 °C", "3 × 4²", "½",
    "15 Å³", "m²", "√2", "∑", "π≈3.14", "™", "©", "®", "€5", "£3", "¥9", "§", "№ 5", "℃", "ˈfəʊnɪˈtɪks",
    "/ðə/", "tɕʰyɛn˥˩", "ありがとう", "図書館の気持ち", "カタカナ", "안녕하세요", "مرحبا", "नमस्ते", "😀", "👩‍💻", "🇨🇳",
    "䶮", "㐂", "𠮷野", "镕", "喆", "浏阳", "涓涓细流", "浠水", "石锛", "陈锟", "怕烫", "屯田", "锂", "璇玑", "瀛洲",
    "真的吗??", "什么????", "中文", "后来", "他说",
))  # fmt: skip
_JOINTS = st.sampled_from(
    ("，", "。", "、", "——", "……", "”", "“", "’", "（", "）", " ", "\xa0", "：“", "”。", "·")
)


@given(st.lists(st.tuples(_SOUND, _JOINTS), min_size=1, max_size=12))
@settings(max_examples=400, deadline=None, derandomize=True)
def test_sound_text_of_any_language_is_left_alone(parts: list[tuple[str, str]]) -> None:
    text = "".join(word + joint for word, joint in parts)
    assert not found(text)


def test_what_ftfy_calls_bad_is_found() -> None:
    ftfy = pytest.importorskip("ftfy.badness")
    for read in (misread("cp1252", drop=True), misread("cp1254", drop=True)):
        for word in _WORDS:
            damaged = f"此前，{read(word)}，此后"
            assert found(damaged) or not ftfy.is_bad(damaged), (word, damaged)


def test_common_traces_are_found() -> None:
    for trace in (
        "锟斤拷",
        "烫烫烫",
        "屯屯屯屯",
        "丢\ufffd了",
        "ï»¿",
        "â€œ",
        "Â·",
        "Ã©",
        "涓枃",
        "鏂囦欢",
    ):
        assert found(f"此前，{trace}，此后"), trace
