"""Every sentence people read in the query stop, Chinese and English side by side."""

from typing import NamedTuple


class Text(NamedTuple):
    """One sentence or label in both languages."""

    zh: str
    en: str


PROBLEMS: dict[str, Text] = {
    "missing": Text("此项必填，请填写。", "This is required: fill it in."),
    "unknown_field": Text(
        "请求中有不认识的字段，请按接口说明核对字段名。",
        "The request has a field that does not exist here: check the names against the API.",
    ),
    "too_short": Text("此项太短，请填写完整。", "This is too short: write it in full."),
    "too_long": Text("此项太长，请只填写要查的内容。", "This is too long: give only what is looked for."),
    "unknown_choice": Text("没有这个选项，请从列出的选项中选择。", "There is no such choice: take one of those listed."),
    "out_of_range": Text(
        "数值超出范围；允许的范围见接口说明（/openapi.json）。",
        "The number is out of range: the description of the API (/openapi.json) says which it takes.",
    ),
    "long_reason": Text("理由太长，请不超过 1000 个字。", "The reason is too long: give at most 1,000 characters."),
    "not_json": Text(
        "请求体不是可读的 JSON，请以 application/json 发送 UTF-8 编码的对象。",
        "The body is not readable JSON: send a UTF-8 object as application/json.",
    ),
    "exactly_one": Text(
        "一次只能查一项，请在证件号、姓名、组织、地址中只填一项。",
        "Search for exactly one thing: give one of identifier, name, organisation and address.",
    ),
    "bad_case_number": Text(
        "案件编号不合格式，请填写 4 到 64 个字符、至少含一个数字的编号。",
        "This is not a case number: give 4 to 64 letters, digits or brackets with at least one digit.",
    ),
    "unknown_identifier": Text(
        "没有这种号码，请从接口列出的种类中选择。", "There is no such kind of identifier: take one of those the API lists."
    ),
    "unknown_purpose": Text(
        "没有契约允许这个用途，请选择页面列出的用途。", "No contract permits this purpose: take one of those the page lists."
    ),
    "unknown_department": Text("没有这个部门，请选择页面列出的部门。", "There is no such department: take one of those the page lists."),
    "kind_does_not_fit": Text(
        "这一类实体没有所查的内容，请去掉类别或换一种查法。", "That kind of entity has no such value: drop the kind, or search otherwise."
    ),
    "unreadable": Text("认不出这个值，请按证件原样重新填写。", "This cannot be read: copy it again from the document."),
    "bad_checksum": Text(
        "校验位不对，号码可能抄错了，请核对后重填。", "The check character is wrong, so it was probably miscopied: compare and correct it."
    ),
    "wrong_length": Text("位数不对，请按证件原样重新填写。", "It has the wrong number of characters: copy it again from the document."),
    "wrong_format": Text("写法不对，请按证件原样重新填写。", "It is not written as it must be: copy it again from the document."),
    "scientific_notation": Text(
        "表格软件已把号码改成科学计数法并丢了数字，请从原证件抄写。",
        "A spreadsheet turned it into scientific notation and lost digits: copy it from the document.",
    ),
    "several_values": Text("这里有几个值，请一次只查一个。", "There are several values here: search for one at a time."),
    "placeholder": Text("这是占位的写法，不是真实的值，请填写实际的值。", "This is a placeholder, not a value: give the real one."),
    "given_name_missing": Text(
        "这里只有姓和称呼，请填写全名，不确定的字可用 ? 代替。",
        "This is a surname and a title: give the full name, with ? for a character you do not know.",
    ),
    "empty": Text("此项为空，请填写要查的内容。", "This is empty: give what is looked for."),
    "too_vague": Text(
        "只有姓查不了，请填写全名，不确定的字可用 ? 代替。",
        "A surname alone is too vague: give the full name, with ? for a character you do not know.",
    ),
    "bad_cursor": Text(
        "翻页标记不属于这次查询，请从第一页重新查询。", "The page mark does not belong to this search: start again at the first page."
    ),
    "unknown_handle": Text(
        "这个代号不属于本次的用途、案件和部门，或所指的记录已不存在，请重新查询取得代号。",
        "This handle is not of this purpose, case and department, or what it named is gone: search again to get a handle.",
    ),
    "bad_time": Text(
        "时间写作 2026-11-01 或 2026-11-01T10:00，未注明时区的按北京时间；不能晚于现在。",
        "Write a time as 2026-11-01 or 2026-11-01T10:00, China time unless it names an offset (+ as %2B in an address); not in the future.",
    ),
    "forgotten": Text(
        "这一时间的历史已按保存期限删除，请问较近的时间。",
        "The past of that time was deleted when its retention ended: ask for a later time.",
    ),
    "no_steward_key": Text(
        "没有复核员密钥，或密钥不对；密钥由管理员用 huiliu review steward 名称 发放，名称用小写字母、数字和下划线。",
        "There is no steward's key, or a wrong one: operators give one with huiliu review steward NAME.",
    ),
    "foreign_origin": Text(
        "请求来自别的网站，已拒绝；请从本页提交。", "The request comes from another site's page and was refused: send it from here."
    ),
    "own_decision": Text("不能同意自己的决定，请另一位复核员同意。", "Nobody consents to their own decision: ask another steward."),
    "not_waiting": Text(
        "这项决定不在等待同意：已有人同意，或已被后来的决定取代；请刷新后再看。",
        "This decision does not wait: someone consented, or a later one overtook it. Look again.",
    ),
    "not_undoable": Text(
        "这一条不能撤销：它本身是撤销，或已被撤销；请重新作出决定。",
        "This cannot be taken back: it is an undo itself, or is taken back already. Decide anew.",
    ),
    "unknown_decision": Text("没有这项决定，请核对编号。", "There is no such decision: check its number."),
    "unknown_record": Text(
        "没有这两条记录，或其中一条已删除；请回到复核清单。",
        "There are no two such records, or one was deleted: go back to the review list.",
    ),
    "kinds_differ": Text(
        "这两条不是同一类的记录，或是不合并的事项，无需复核。",
        "The two records are not of one kind, or are matters, which are never joined: there is nothing to decide.",
    ),
    "changed_since": Text(
        "您看过之后记录变了，没有记下判断；请再看一遍后重新判断。",
        "The records changed after you looked at them, and nothing was decided: look again, then decide.",
    ),
    "no_reason": Text("请写明理由。", "Give a reason."),
    "nothing_resolved": Text(
        "还没有归并过任何记录；管理员请运行 huiliu up。", "No record was ever resolved here: operators, run huiliu up."
    ),
    "index_away": Text(
        "检索服务暂时没有回答，请稍后再试；管理员请运行 huiliu status。",
        "The index does not answer now: try again soon; operators, run huiliu status.",
    ),
    "store_away": Text(
        "存储暂时没有回答，请稍后再试；管理员请运行 huiliu status。",
        "The store does not answer now: try again soon; operators, run huiliu status.",
    ),
    "too_large": Text("请求太大，请只发送一次查询，不超过 16 KiB。", "The request is too large: send one search, at most 16 KiB."),
    "not_found": Text("没有这个地址，查询请用 POST /v1/search。", "There is nothing at this address: search with POST /v1/search."),
    "wrong_method": Text(
        "这个地址不接受此方法，查询请用 POST /v1/search。", "This address does not take that method: search with POST /v1/search."
    ),
    "fault": Text(
        "服务出错，未返回任何数据，请联系管理员查看日志。", "The service failed and gave no data: ask an operator to read its log."
    ),
    "invalid": Text("此项不合要求，请按接口说明修改。", "This does not fit: correct it as the API describes."),
}

PAGE: dict[str, Text] = {
    "title": Text("汇流 · 查询", "huiliu · search"),
    "name": Text("汇流", "huiliu"),
    "motto": Text(
        "各部门数据，随改随查；查谁、为何、替谁，先说清楚。",
        "Departments' data, searchable as it changes. First say why you ask, and for whom.",
    ),
    "skip": Text("跳到查询", "Skip to the search"),
    "why": Text("为什么查", "Why you ask"),
    "what": Text("查什么", "What you look for"),
    "purpose": Text("用途", "Purpose"),
    "choose": Text("请选择", "Choose"),
    "case_number": Text("案件或事项编号", "Case or matter number"),
    "case_hint": Text("如 溧公(2026)0123 号，至少含一个数字。", "For example 溧公(2026)0123, with at least one digit."),
    "on_behalf_of": Text("代表哪个部门", "On behalf of"),
    "by": Text("按什么查", "Search by"),
    "by_text": Text("名称与地址", "Names and addresses"),
    "by_identifier": Text("证件与号码", "Documents and numbers"),
    "value": Text("要查的内容", "Value"),
    "search": Text("查询", "Search"),
    "searching": Text("查询中…", "Searching…"),
    "more": Text("显示更多", "Show more"),
    "answers": Text("以下部门的契约允许此用途：", "These departments' contracts permit this purpose:"),
    "found_exact": Text("个实体符合", "entities fit"),
    "found_at_least": Text("个以上的实体符合，请缩小范围", "or more entities fit: narrow the search"),
    "result_heading": Text("查询结果", "Results"),
    "start": Text("填好表单后查询。答复只含掩码后的名称。", "Fill in the form and search. The answer shows masked names only."),
    "none": Text("没有可以告知的结果", "Nothing that may be told"),
    "none_why": Text(
        "不存在、被扣留、或未获准的记录，在这里看起来都一样，这是有意为之。请核对写法，或换一种查法。",
        "A record that does not exist, is withheld, or is not permitted looks the same here, on purpose. "
        "Check the spelling, or search by something else.",
    ),
    "masked": Text("已掩码", "masked"),
    "open": Text("公开", "open"),
    "closed": Text("已注销", "closed"),
    "other_names": Text("其他记录的名称", "Other records' names"),
    "updated": Text("更新于", "Updated"),
    "handle": Text("案内代号", "Handle in this case"),
    "how": Text("为什么是同一个", "Why these records are one"),
    "failed": Text("没有查成。", "The search did not run. "),
    "correct": Text("请按表单里的提示修改后再查。", "Correct what the form shows, then search again."),
    "away": Text("连不上服务，请检查网络后再试。", "The service cannot be reached: check the network and try again."),
    "why_masked": Text("为什么名称是掩码的", "Why names are masked"),
    "why_masked_text": Text(
        "第一次答复只说明有多少实体符合、各是谁的代号。人名只显示姓（王*、欧阳**），号码和住址不显示。"
        "要读具体字段，须由提供部门先批、整合办后批。",
        "A first answer tells only how many entities fit, each by a handle. Of a person's name the surname shows (王*, 欧阳**); "
        "numbers and home addresses never do. Reading a field needs the providing department's approval, then the integration office's.",
    ),
    "what_handle": Text("什么是案内代号", "What a handle is"),
    "what_handle_text": Text(
        "代号只在本部门、本用途、本案内有效：同一实体在案内代号不变，换一个案件就不同，无法把不同案件的人对到一起。",
        "A handle is valid within one department, purpose and case: it stays the same throughout the case and differs in any other, "
        "so that people cannot be matched across cases.",
    ),
    "noscript": Text(
        "此页需要 JavaScript 才能查询，以免所查内容出现在网址里；也可以直接调用接口 POST /v1/search。",
        "This page needs JavaScript to search, so that what you look for never stands in an address; or call POST /v1/search yourself.",
    ),
    "review": Text("人工复核", "Review"),
    "footer": Text("合成数据，仅供演示。查询内容不写入日志。", "Synthetic data. What is searched for is never logged."),
}

BY: dict[str, Text] = {
    "name": Text("姓名", "Person's name"),
    "organisation": Text("组织名称", "Organisation"),
    "address": Text("地址或地名", "Address or place"),
}

IDENTIFIER_NAMES: dict[str, Text] = {
    "citizen_id": Text("公民身份号码", "Citizen ID"),
    "mobile": Text("手机号", "Mobile number"),
    "landline": Text("固定电话", "Landline"),
    "uscc": Text("统一社会信用代码", "Unified social credit code"),
    "organisation_code": Text("组织机构代码", "Organisation code"),
    "vin": Text("车辆识别代号", "VIN"),
    "plate": Text("车牌号", "Plate"),
    "imei": Text("设备识别码 (IMEI)", "IMEI"),
    "engine_number": Text("发动机号", "Engine number"),
    "doorplate_code": Text("门牌编码", "Doorplate code"),
    "hmt_permit": Text("港澳台居民证件号", "Permit of a resident of Hong Kong, Macau or Taiwan"),
    "foreign_card": Text("外国人永久居留身份证号", "Foreigner's residence card"),
    "foreign_number": Text("境外证件号码（护照等）", "Number of a foreign document (passport and the like)"),
    "number": Text("事项编号（案号、许可、处罚文号）", "Matter number (case, permit, penalty)"),
}

KINDS: dict[str, Text] = {
    "person": Text("人", "Person"),
    "organisation": Text("组织", "Organisation"),
    "thing": Text("物", "Thing"),
    "address": Text("地址", "Address"),
    "matter": Text("事项", "Matter"),
}

PURPOSES: dict[str, tuple[Text, Text]] = {
    "public_service": (
        Text("便民办事", "Public services"),
        Text(
            "办理本人或本单位申请的事项时核对已有登记，免其重复提交。",
            "Handling what a person or organisation applied for, so that they need not submit again what a register has.",
        ),
    ),
    "population_management": (
        Text("人口管理", "Population management"),
        Text(
            "核对户籍、居住、就业登记是否一致，只用于更正登记。",
            "Checking that household, residence and employment registers agree; only to correct them.",
        ),
    ),
    "public_safety": (
        Text("公共安全", "Public safety"),
        Text("侦办已立案的案件，或寻找失踪、走失的人。", "Investigating a case that has been filed, or finding someone who is missing."),
    ),
    "social_assistance": (
        Text("社会救助", "Social assistance"),
        Text(
            "核实申请人是否符合救助、补贴或优待的条件。",
            "Verifying that an applicant meets the conditions for assistance, an allowance or a preference.",
        ),
    ),
    "emergency_response": (
        Text("应急处置", "Emergency response"),
        Text(
            "突发事件中联系当事人、车主或单位，事毕即止。",
            "Reaching the people, owners or organisations concerned in an incident, until it is over.",
        ),
    ),
    "market_supervision": (
        Text("市场监管", "Market supervision"),
        Text(
            "检查企业、个体户及其车辆、场所的登记和许可。", "Checking registrations and permits of businesses, their vehicles and premises."
        ),
    ),
}
"""Purpose slug → its name and its meaning; a purpose not listed here is shown by its slug."""
