"""The commonest words, and in what share of ordinary passages each stands.

A memory of three passages cannot tell that "the" says less than "dome". Which words say
little is known beforehand; rounded from encyclopaedias and news in English and Chinese.
"""

from __future__ import annotations

_SHARES = {
    0.9: "the of 的 在",
    0.8: "and in a 和",
    0.6: "is was to 是 了",
    0.45: "by as it 年 有 月 被 中 等 也 上 为 為",
    0.35: "on for s with from an 日 到 以 由 人 而 与 與 但 都 於 于 将 將",
    0.25: "at that also which first he 并 並 对 對 1 以及 其 不 後 后 他 或 多",
    0.17: (
        "state be american his known has were are who or film unit one their includ "
        "一个 一個 更 第一 包括 至 及 从 從 主要 新 向 地 下 时 時 就 之 可以 进行 進行 "
        "其中 还 還 最 其他 该 這 这"
    ),
    0.12: (
        "other this year born time most been new direct two after dure not had but have part "
        "重要 他们 他們 已 使用 中国 中國 通过 目前 世界 国家 國家 可能 大 它 公司 个 會 会 "
        "所 又 来 來 时间 之一"
    ),
}
COMMON = {word: share for share, words in _SHARES.items() for word in words.split()}
"""The share of passages that hold a word, in (0, 1); of other words it is as good as 0."""
