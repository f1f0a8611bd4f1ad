"""Every sentence of the pages that say why records are one entity, Chinese and English side by side."""

from query.words import Text

PAGE: dict[str, Text] = {
    "title_how": Text("汇流 · 为什么是同一个", "huiliu · why these records are one"),
    "title_why": Text("汇流 · 是不是同一个", "huiliu · one or two"),
    "title_history": Text("汇流 · 过去的样子", "huiliu · as it was"),
    "history": Text("过去的样子", "As it was"),
    "as_of": Text("截至", "As of"),
    "no_records": Text("没有可告知的记录。", "There is no record that may be told of."),
    "led": Text("当时编号指向的实体", "The entity that the id led to then"),
    "closed": Text("已注销", "closed"),
    "erased": Text("已抹除，封存的值谁也读不出。", "Erased: nobody can read its sealed values."),
    "ends": Text("这条登记使实体注销。", "This register's record closed the entity."),
    "changes": Text("什么时候变过", "When it changed"),
    "changes_why": Text(
        "按来源部门提交的时间；点一个时间，看那时的样子。只列出本次用途可见的变化。",
        "By the time its department committed it; follow one to see how it was then. Only changes that this purpose may see are listed.",
    ),
    "back": Text("回到查询", "Back to the search"),
    "skip": Text("跳到内容", "Skip to the content"),
    "how": Text("为什么是同一个", "Why these records are one"),
    "why": Text("是不是同一个", "One or two"),
    "members": Text("记录", "Records"),
    "more": Text("记录太多，只列出一部分。", "There are too many records: some are listed."),
    "steps": Text("怎样连到一起", "What joined them, step by step"),
    "no_steps": Text("只有一条记录，没有合并。", "It is a single record: nothing was joined."),
    "withheld": Text(
        "其余的依据在本次用途可见的范围之外，这里不显示。", "What else joins them lies outside what this purpose may see, and is not shown."
    ),
    "unsettled": Text("数据正在更新，请稍后再看。", "The store is changing: look again in a moment."),
    "refused": Text("差一点合并的", "What nearly joined"),
    "none_refused": Text("没有。", "Nothing."),
    "pairs": Text("对记录", "pairs of records"),
    "compare": Text("比较", "Compare"),
    "kept_apart": Text("复核员判定为不同的", "What a steward said is different"),
    "ambiguous": Text("别的实体也有、因而不作依据的号码", "Identifiers that another entity has too, so that they join nothing"),
    "doubted": Text("不能全凭它合并的号码", "Identifiers that do not join all their records"),
    "crowded": Text("共有的记录太多、没有逐一比较的线索", "What too many records share to be all compared by it"),
    "side_by_side": Text("并排", "Side by side"),
    "field": Text("内容", "Field"),
    "agreement": Text("相符程度", "Agreement"),
    "bits": Text("比特", "Bits"),
    "evidence": Text("逐项依据", "The evidence, field by field"),
    "obstacles": Text("为什么没有合并", "Why they were not joined"),
    "identifiers": Text("证件号怎么说", "What the identifiers say"),
    "provider": Text("部门", "Department"),
    "table": Text("表", "Table"),
    "role": Text("角色", "Role"),
    "updated": Text("更新于", "Updated"),
    "flags": Text("存疑", "Doubts"),
    "muted": Text("太多记录共有、因而不比较", "Not compared, since too many records share it"),
    "handle": Text("案内代号", "Handle in this case"),
    "masked_why": Text(
        "值已掩码；只说明相符到什么程度，不说明值是什么。比特向右支持同一个，向左支持两个，取整数。",
        "Values are masked: told is how far they agree, never what they are. Bits are whole: to the right for one, to the left for two.",
    ),
    "bits_what": Text("什么是比特", "What a bit is"),
    "bits_what_text": Text(
        "每多一比特，两条记录属于同一实体的胜算就翻一倍；负数则减半。各项相加得到总证据，与匹配、复核两条界线比较。",
        "Each bit doubles the odds that two records speak of one entity; a negative one halves them. Their sum is held against two bounds, "
        "for a match and for review.",
    ),
    "not_answered": Text("没有查成。", "The question was not answered. "),
    "footer": Text("合成数据，仅供演示。值不写入日志。", "Synthetic data. No value is ever logged."),
}
HOWS: dict[str, Text] = {
    "key": Text("证件号", "identifier"),
    "edge": Text("相像", "likeness"),
    "pin": Text("复核", "decision"),
}
"""What a step rests on."""
