"""Every label and sentence of the desk's pages, Chinese and English side by side."""

from connectors.door.words import Text

PAGE: dict[str, Text] = {
    "title": Text("汇流 · 报送窗口", "huiliu · desk"),
    "name": Text("汇流", "huiliu"),
    "motto": Text("录入、更正、上传、答复，都在这个窗口。", "Enter, correct, upload and answer at one desk."),
    "skip": Text("跳到正文", "Skip to the content"),
    "footer": Text("合成数据，仅供演示。此页不显示已报送的内容。", "Synthetic data. This page never shows what was handed in."),
    "noscript": Text(
        "录入和上传需要 JavaScript；也可以用 huiliu submit，或直接调用接口 /v1/providers/…。",
        "Entry and upload need JavaScript; or use huiliu submit, or call the API at /v1/providers/… yourself.",
    ),
    # choosing a desk, and opening it
    "which": Text("打开哪个窗口", "Which desk"),
    "slug": Text("单位代号", "Provider's slug"),
    "slug_hint": Text("如 civil_affairs，由整合办告知。", "Such as civil_affairs; the integration office tells it."),
    "go_on": Text("继续", "Continue"),
    "open_desk": Text("打开窗口", "Open the desk"),
    "desk_key": Text("窗口密钥", "Desk key"),
    "key_hint": Text(
        "由整合办发给本单位。打开后一小时内有效。", "The integration office gives it to the provider. The desk stays open for an hour."
    ),
    "not_let_in": Text(
        "没有这个窗口，或密钥不对。请核对后再试。", "There is no such desk, or this is not its key. Compare both and try again."
    ),
    "leave": Text("离开窗口", "Leave the desk"),
    # calls
    "calls": Text("即报", "Immediate calls"),
    "calls_none": Text("没有待答的即报。", "No call waits for an answer."),
    "call_by": Text("来自", "From"),
    "call_left": Text("还剩", "left"),
    "call_over": Text("已超时", "overdue by"),
    "call_state_open": Text("待答", "open"),
    "call_state_overdue": Text("超时", "overdue"),
    "call_state_answered": Text("已答", "answered"),
    "call_state_closed": Text("已了结", "closed"),
    "call_answer": Text("回应这件", "Answer this"),
    "call_in_time": Text("按时", "in time"),
    "call_late": Text("晚了", "late by"),
    # entry
    "entry": Text("单条录入", "One entry"),
    "table": Text("表", "Table"),
    "op": Text("做什么", "What to do"),
    "op_upsert": Text("新增或更正", "New or corrected"),
    "op_delete": Text("删除", "Delete"),
    "op_hint": Text(
        "更正时请填整条记录：关键列与原来相同，没填的项会变为空。删除只需关键列。",
        "To correct, fill in the whole record with its old key: what is left empty becomes empty. To delete, give the key alone.",
    ),
    "key": Text("（关键列）", "(key)"),
    "required": Text("（必填）", "(required)"),
    "choose": Text("请选择", "Choose"),
    "answers_call": Text("回应哪件即报", "Answers which call"),
    "no_call": Text("不回应即报", "None"),
    "send": Text("报送", "Send"),
    "sending": Text("报送中…", "Sending…"),
    "reads_as": Text("读作", "read as"),
    "good": Text("可以", "good"),
    "not_checked": Text("暂时不能校验，仍可报送。", "It cannot be checked just now; you may still send it."),
    # upload
    "upload": Text("上传定期拷贝", "Upload a periodic copy"),
    "upload_hint": Text(
        "xlsx、xls、csv、dbf、sqlite 或它们的 zip。与上次的拷贝相比，只报送有变化的行。",
        "xlsx, xls, csv, dbf, sqlite, or a zip of these. Only rows that differ from the last copy are sent.",
    ),
    "file": Text("文件", "File"),
    "no_file": Text("请先选择文件。", "Choose a file first."),
    "upload_go": Text("上传", "Upload"),
    "uploading": Text("上传中…", "Uploading…"),
    # no feed over the door
    "captured": Text(
        "本单位的数据从数据库直接采集，不在此录入；更正请在源库进行。",
        "This provider's data are captured from its database and not entered here: correct them at the source.",
    ),
    "role_only": Text("本单位只有角色，没有要报送的数据。", "This unit has a role and no data to hand in."),
    # receipts
    "receipts": Text("回执", "Receipts"),
    "receipts_none": Text("还没有报送过。", "Nothing was handed in yet."),
    "receipt": Text("回执", "Receipt"),
    "state_received": Text("已收到", "received"),
    "state_sent": Text("已送出", "sent"),
    "state_searchable": Text("可查询", "searchable"),
    "state_waiting": Text("待确认", "waits for confirmation"),
    "state_refused": Text("退回", "refused"),
    "state_cancelled": Text("已取消", "cancelled"),
    "state_repeated": Text("重复，未再处理", "repeated, nothing to do"),
    "of_rows": Text("行可查询", "rows searchable"),
    "rows_sent": Text("跟踪前若干行，共送出", "the first rows are followed; sent in all"),
    "created": Text("新增", "new"),
    "updated": Text("更正", "corrected"),
    "deleted": Text("删除", "deleted"),
    "unchanged": Text("未变", "unchanged"),
    "rejected": Text("退回", "rejected"),
    "flagged": Text("有疑问", "doubtful"),
    "line": Text("行", "line"),
    "rejects": Text("退回的行", "Rejected rows"),
    "rejects_book": Text("下载退回的行（xlsx），改好后再上传", "Download the rejected rows (xlsx), mend them, and upload them again"),
    "by": Text("由谁决定（科室或岗位）", "Decided by (office or post)"),
    "confirm": Text("确认报送", "Confirm and send"),
    "cancel": Text("取消", "Cancel"),
    # what the script says
    "done": Text("已接收，见回执。", "It was taken: see the receipt."),
    "failed": Text("没有接收。", "It was not taken."),
    "correct": Text("请按表单里的提示改正后再送。", "Correct what the form shows, then send it again."),
    "away": Text("连不上服务，请检查网络后再试；填的内容还在。", "The service cannot be reached: try again; what you typed is still here."),
    "closed_session": Text(
        "窗口已关闭。请在另一个标签页重新打开窗口，再回来报送；填的内容还在。",
        "The desk has closed. Open it again in another tab, then come back and send; what you typed is still here.",
    ),
}
