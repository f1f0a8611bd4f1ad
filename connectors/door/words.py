"""Every sentence about what is wrong with a request or a value, Chinese and English side by side."""

from typing import NamedTuple


class Text(NamedTuple):
    """One sentence or label in both languages."""

    zh: str
    en: str


class Trouble(NamedTuple):
    """What is wrong, and what to do about it."""

    what: Text
    remedy: Text


def _trouble(zh: str, en: str, remedy_zh: str, remedy_en: str) -> Trouble:
    return Trouble(Text(zh, en), Text(remedy_zh, remedy_en))


PROBLEMS: dict[str, Trouble] = {
    "not_let_in": _trouble(
        "没有这个窗口，或窗口密钥不对。",
        "There is no such desk, or this is not its key.",
        "请核对单位代号和窗口密钥；密钥由整合办发给本单位。",
        "Compare the provider's slug and the desk key; the integration office gives each provider its own.",
    ),
    "foreign_origin": _trouble(
        "请求来自另一个网站。",
        "The request comes from another site.",
        "请在本窗口的页面上操作，或用窗口密钥直接调用接口。",
        "Work on the desk's own page, or call the API with the desk key.",
    ),
    "too_often": _trouble(
        "请求太频繁。",
        "Too many requests.",
        "请按 Retry-After 的秒数等待后再试。",
        "Wait as many seconds as Retry-After says, then try again.",
    ),
    "busy": _trouble(
        "正在接收别的报送。",
        "Other deliveries are being taken.",
        "请按 Retry-After 的秒数等待后再送。",
        "Wait as many seconds as Retry-After says, then send it again.",
    ),
    "not_found": _trouble(
        "没有这个地址，或没有这张回执。",
        "There is nothing at this address, or no such receipt.",
        "请核对网址；本单位的回执列在窗口页面上。",
        "Compare the address; the desk's page lists your receipts.",
    ),
    "wrong_method": _trouble(
        "这个地址不接受此方法。", "This address does not take that method.", "请用 Allow 所列的方法。", "Use a method that Allow lists."
    ),
    "wrong_type": _trouble(
        "不认识这种内容类型。",
        "That content type is not known here.",
        "单条用 application/json，批量用 application/x-ndjson 或 avro/binary。",
        "Send one record as application/json, a bulk as application/x-ndjson or avro/binary.",
    ),
    "too_large": _trouble(
        "内容太大。",
        "The body is too large.",
        "单条不超过 1 MiB，批量不超过 64 MiB，文件不超过 256 MiB；请分几次送。",
        "One record may have 1 MiB, a bulk 64 MiB, a file 256 MiB: send it in parts.",
    ),
    "compressed": _trouble(
        "内容是压缩的。", "The body is compressed.", "请不压缩地发送（Avro 用 null 编码）。", "Send it uncompressed (Avro with codec null)."
    ),
    "not_json": _trouble(
        "不是可读的 JSON。",
        "This is not readable JSON.",
        '请发送 UTF-8 编码的对象，如 {"table": …, "op": "upsert", "values": {…}}。',
        'Send a UTF-8 object such as {"table": …, "op": "upsert", "values": {…}}.',
    ),
    "not_avro": _trouble(
        "不是可读的 Avro 容器文件。",
        "This is not a readable Avro container.",
        "请以文本、数字、布尔类型的列写成一个记录类型的容器文件，或用 NDJSON。",
        "Write a container of one record type whose fields are text, numbers or booleans, or send NDJSON.",
    ),
    "empty": _trouble("没有记录。", "There is no record.", "请至少发送一条记录。", "Send at least one record."),
    "too_many": _trouble(
        "记录太多。",
        "There are too many records.",
        "一次批量不超过一百万条，请分几次送。",
        "A bulk may have a million records: send it in parts.",
    ),
    "bad_records": _trouble(
        "有记录不能接收，全部没有保存。",
        "Some records cannot be taken, so none was kept.",
        "请按 errors 所列的位置改正后再送。",
        "Correct what errors lists, then send it again.",
    ),
    "unknown_member": _trouble(
        "记录里有不认识的项。",
        "The record has a member that does not exist here.",
        "只能有 table、op、values。",
        "Only table, op and values may stand there.",
    ),
    "unknown_table": _trouble(
        "本单位的契约没有这张表。",
        "The provider's contract has no such table.",
        "请用 GET /v1/providers/{slug} 所列的表名。",
        "Use a table that GET /v1/providers/{slug} lists.",
    ),
    "unknown_op": _trouble(
        "没有这种操作。",
        "There is no such operation.",
        "op 只能是 upsert（新增或更正）或 delete（删除）。",
        "Say upsert (new or corrected) or delete.",
    ),
    "unknown_column": _trouble(
        "契约里没有这一列。",
        "The contract has no such column.",
        "请核对列名，或请整合办修改契约。",
        "Compare the column's name, or have the office change the contract.",
    ),
    "withheld_column": _trouble(
        "契约规定此列不得离开本单位，整件退回，没有保存。",
        "The contract keeps this column at the source: all was refused and nothing kept.",
        "请去掉此列后再送。",
        "Leave this column out and send it again.",
    ),
    "missing_key": _trouble(
        "关键列为空。", "A key column is empty.", "请填写，它指明是哪一条记录。", "Fill it in: it says which record is meant."
    ),
    "missing_required": _trouble("此项必填。", "This must not be empty.", "请填写。", "Fill it in."),
    "not_text": _trouble("不是文本、数字或空。", "This is not text, a number or null.", "请把值写成文本。", "Write the value as text."),
    "number_lost_digits": _trouble(
        "这个数字太长，程序会丢掉末位。",
        "This number is so long that programs lose its last digits.",
        "号码请写成文本（加引号）。",
        "Write numbers that are names as text, in quotes.",
    ),
    "too_long_text": _trouble("这个文本太长。", "This text is too long.", "一格不超过 20000 字。", "A cell may have 20,000 characters."),
    "nul": _trouble("文本里有空字符 (NUL)。", "The text has a NUL character.", "请去掉后再送。", "Remove it and send it again."),
    "nothing_said": _trouble(
        "除关键列外全是空的。",
        "Everything but the key is empty.",
        "请填写内容；要删除请用 op: delete。",
        "Fill something in; to delete, say op: delete.",
    ),
    "cannot_be_taken": _trouble(
        "这条记录不能接收。", "This record cannot be taken.", "请核对各列，按提示改正。", "Compare its columns and correct what is told."
    ),
    "no_idempotency_key": _trouble(
        "批量必须带 Idempotency-Key。",
        "A bulk must have an Idempotency-Key.",
        "请给每一批起一个自己的、不重复的键（8 到 200 个可见 ASCII 字符）；重送同一批时用同一个键。",
        "Give each bulk a key of its own (8 to 200 visible ASCII characters), and use the same when you send it again.",
    ),
    "bad_idempotency_key": _trouble(
        "Idempotency-Key 不合要求。",
        "The Idempotency-Key does not fit.",
        "请用 8 到 200 个可见 ASCII 字符。",
        "Use 8 to 200 visible ASCII characters.",
    ),
    "other_way": _trouble(
        "本单位的数据不经窗口录入。",
        "This provider's data do not come through the desk.",
        "数据库采集的单位请在源库更正；只有角色的单位没有数据。",
        "Correct a captured database at its source; a unit that only has a role hands in no data.",
    ),
    "not_attached": _trouble(
        "本单位还没有接入。",
        "This provider is not attached yet.",
        "请整合办运行 huiliu contract attach，然后再送。",
        "Have the office run `huiliu contract attach`, then send it again.",
    ),
    "no_such_call": _trouble(
        "没有这件即报，或它不是问本单位的，或已了结。",
        "There is no such call for this provider, or it is closed.",
        "请用窗口页面上列出的未了结的编号，或不带编号直接报送。",
        "Use the number of an open call on the desk's page, or send without one.",
    ),
    "too_slow": _trouble(
        "内容没有在五分钟内送完。",
        "The body did not arrive within five minutes.",
        "请检查网络，分几次送。",
        "Look at the network, and send it in parts.",
    ),
    "bad_number": _trouble("编号不是数字。", "The number is not a number.", "请用列出的编号。", "Use a number that is listed."),
    "no_name": _trouble("没有写明谁作的决定。", "It is not said who decides.", "请填写科室或岗位。", "Name the office or post."),
    "refused": _trouble("没有接收。", "It was not taken.", "请按说明改正后再送。", "Correct what is told, then send it again."),
    "store_away": _trouble(
        "存储暂时没有回答，没有保存。",
        "The store does not answer now; nothing was kept.",
        "请稍后用同一个 Idempotency-Key 再送；管理员请运行 huiliu status。",
        "Send it again soon with the same Idempotency-Key; operators, run `huiliu status`.",
    ),
    "broker_away": _trouble(
        "Kafka 暂时没有回答；已收到的部分会自动送完。",
        "Kafka does not answer now; what was received is sent by itself later.",
        "请稍后用同一个 Idempotency-Key 再送，或查看回执；管理员请运行 huiliu status。",
        "Send it again soon with the same Idempotency-Key, or look at the receipts; operators, run `huiliu status`.",
    ),
    "fault": _trouble(
        "服务出错。",
        "The service failed.",
        "请联系管理员查看日志，再用同一个 Idempotency-Key 重送。",
        "Ask an operator to read the log, then send it again with the same Idempotency-Key.",
    ),
}

FLAGS: dict[str, Text] = {
    "unreadable": Text("认不出，会原样封存，按此查不到", "cannot be read: it is kept sealed as written, and cannot be found by"),
    "unknown_code": Text("不在代码表里，请核对代码", "not in the code table: compare the code"),
    "bad_checksum": Text("校验位不对，可能抄错了", "the check character is wrong: probably miscopied"),
    "wrong_length": Text("位数不对", "the wrong number of characters"),
    "wrong_format": Text("写法不对", "not written as it must be"),
    "scientific_notation": Text("表格软件改成了科学计数法，丢了数字，请从原件抄写", "a spreadsheet lost digits: copy it from the document"),
    "several_values": Text("一格里有几个值，请只写一个", "several values in one place: give one"),
    "placeholder": Text("像占位的写法，不是真实的值", "looks like a placeholder, not a value"),
    "empty": Text("只有空白", "only blanks"),
    "lost_character": Text("有丢失的字（?、□），请按证件补上", "characters were lost (?, □): complete them from the document"),
    "control_characters": Text("有看不见的字符，已去掉", "invisible characters were removed"),
    "reordered": Text("有改变显示顺序的字符，看到的和实际的不一样", "characters change the order shown: it is not what it looks like"),
    "too_long": Text("太长，不像这一类的值", "too long for such a value"),
    "private_use": Text("有本部门自造的字，别处显示不出", "has a character of your own font that shows nowhere else"),
    "single_character": Text("只有一个字，请填全名", "a single character: give the full name"),
    "digits": Text("名字里有数字", "digits in a name"),
    "digits_only": Text("只有数字", "only digits"),
    "annotated": Text("括号里的备注请写到备注栏", "put what stands in brackets into the note"),
    "given_name_missing": Text("只有姓和称呼，请填全名", "a surname and a title: give the full name"),
    "honorific": Text("称呼已去掉，只存姓名", "the honorific was left out, the name kept"),
    "too_many_characters": Text("名字太长，请核对", "too long for a name: compare it"),
    "two_digit_year": Text("年份只有两位，请写四位", "a year of two digits: write four"),
    "month_only": Text("只到月份，没有日", "no day, only the month"),
    "year_only": Text("只有年份，请写到日", "a year alone: write the day"),
    "ambiguous": Text("月和日可能写反了，请写成 2013-05-30", "month and day may be swapped: write 2013-05-30"),
    "open_ended": Text("长期有效，不作日期", "open-ended: no date"),
    "impossible_date": Text("没有这一天", "there is no such day"),
    "implausible_year": Text("年份太早或太晚，请核对", "the year is too early or too late: compare it"),
    "impossible_birth": Text("号码里的出生日期不可能", "the birth date in it is impossible"),
    "century_doubtful": Text("不能确定是哪个世纪", "the century is doubtful"),
    "converted_15": Text("15 位旧号已换成 18 位", "the old 15 digits were made 18"),
    "unknown_province": Text("号码开头的省份不存在", "it begins with a province that does not exist"),
    "unknown_county": Text("号码开头的县区代码不在册", "it begins with a county that is not listed"),
    "county_not_in_use": Text("出生时还没有这个县区代码", "that county code was not in use then"),
    "unknown_registrar": Text("登记机关代码不存在", "there is no such registrar"),
    "organisation_code_mismatch": Text("与其中的组织机构代码不符", "the organisation code in it does not agree"),
    "residence_permit": Text("这是居住证号码", "this is a residence permit"),
    "foreign_card": Text("这是外国人永久居留证号码", "this is a foreigner's card"),
    "travel_permit": Text("这是通行证号码", "this is a travel permit"),
    "repeated": Text("同一个字重复太多，像随手填的", "one character repeated: looks made up"),
    "sequence": Text("像 123456 这样的顺序号，像随手填的", "a run like 123456: looks made up"),
    "assumed_area": Text("没写区号，按本市算", "no area code: taken as this city's"),
    "assumed_city": Text("没写市，按本市算", "no city: taken as this one"),
    "extension": Text("有分机号", "has an extension"),
    "service_number": Text("这是服务热线", "a service number"),
    "mobile": Text("这里写的是手机号", "a mobile number stands here"),
    "no_town": Text("没写乡镇街道，别的镇可能有同名的路或村", "no town: another may have a road or village of that name"),
    "no_city": Text("没写市", "no city"),
    "assumed_town": Text("镇名没写“镇”字，按镇读", "a town's name without 镇 was taken for the town"),
    "unparsed": Text("地址里有看不懂的部分", "part of the address was not understood"),
    "unit": Text("已按万、亿换算", "万 or 亿 was multiplied out"),
    "abbreviated_form": Text("单位名称用了简写，请写全称", "an abbreviated form: give the full name"),
    "from_uscc": Text("取自统一社会信用代码", "taken from the social credit code"),
    "serial_not_digits": Text("车架号末四位应为数字", "the last four characters should be digits"),
}
"""Flag of ``domain.values`` → what it means to who typed the value; ``flag_text`` has a sentence for any other."""

REMARKS = frozenset(
    {"converted_15", "assumed_area", "assumed_city", "unit", "extension", "from_uscc", "honorific", "open_ended", "control_characters"}
)
"""Flags that ask for nothing: what was read is told, and that is all."""

KIND_HINTS: dict[str, Text] = {
    "citizen_id": Text("18 位公民身份号码", "18-character citizen ID"),
    "person_name": Text("姓名，按证件写全", "full name, as on the document"),
    "organisation_name": Text("单位全称", "full name of the organisation"),
    "uscc": Text("18 位统一社会信用代码", "18-character social credit code"),
    "organisation_code": Text("9 位组织机构代码", "9-character organisation code"),
    "address": Text("从乡镇街道写到门牌号", "from the town to the door number"),
    "place_name": Text("地名", "place name"),
    "date": Text("日期，如 2013-05-30", "a date such as 2013-05-30"),
    "number": Text("数字", "a number"),
    "mobile": Text("11 位手机号", "11-digit mobile number"),
    "landline": Text("区号-号码", "area code and number"),
    "sex": Text("男或女", "男 (male) or 女 (female)"),
    "plate": Text("车牌号，如 苏D12345", "plate such as 苏D12345"),
    "vin": Text("17 位车辆识别代号", "17-character VIN"),
    "imei": Text("15 位 IMEI", "15-digit IMEI"),
    "engine_number": Text("发动机号", "engine number"),
    "code": Text("编号或代码", "number or code"),
    "text": Text("文字", "text"),
}


def flag_text(flag: str) -> Text:
    """Return what a flag means."""
    return FLAGS.get(flag, Text(f"有疑问（{flag}）", f"doubtful ({flag.replace('_', ' ')})"))
