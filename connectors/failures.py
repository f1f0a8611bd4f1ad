"""Says why a connector's task failed: one sentence with the remedy, and no value of a row, which a trace may quote."""

import re

# What Debezium and PostgreSQL say when a task ends; anything else is named by its class only.
_FAILURES = {
    r"password authentication failed|Access denied for user": (
        "密码不对 the database refused the password: correct the address's variable, then attach again"
    ),
    r"superuser or replication role|permission denied to start WAL sender|Only roles with the REPLICATION": (
        "无复制权限 the capture role lacks REPLICATION: ALTER ROLE … REPLICATION, then attach again"
    ),
    r"wal_level|logical decoding requires": "wal_level 不是 logical the database does not log logically: set wal_level=logical, restart it",
    r"all replication slots are in use": "复制槽已满 no replication slot is left: raise max_replication_slots",
    r"max_wal_senders|number of requested standby": "复制连接已满 no WAL sender is left: raise max_wal_senders",
    r"is active for PID": "复制槽被占用 another process reads the slot: end it, then attach again",
    r"can no longer (get changes|access)|has been invalidated|no longer available on the server": (
        "复制槽已失效 the slot lost its log: attach again, which makes a new slot and reads the tables again"
    ),
    r"publication .* does not exist|Publication autocreation is disabled": (
        "发布不存在 the publication is gone: attach again, which makes it and reads the tables again"
    ),
    r"permission denied for (table|schema|relation)|(SELECT|SHOW) command denied": (
        "授权不足 the capture role may not read a table: attach again, or have the DBA run what `huiliu contract plan` prints"
    ),
    r"is not in the master's binlog|Could not find first log file|purged binary logs|GtidSet\.toString": (
        "日志已清除 the database purged or reset the log that the feed had not read: attach again, which says what to do"
    ),
    r"Connection refused|Socket fail to connect|Connection reset|connection attempt failed|terminating connection": (
        "数据库不可达 the database is down: start it"
    ),
    r"apicurio|RestClientException": "模式注册表不可达 the schema registry does not answer: see `huiliu status`",
    r"UnknownTopicOrPartition|not present in metadata": "主题不存在 a topic is missing: attach again",
    r"Could not read file|NoSuchFileException": "密码文件缺失 Connect cannot read the password's file: attach again",
}
_CLASS = re.compile(r"^(?:Caused by: )?(?:[\w$]+\.)+([\w$]+)(?=:|$)", re.MULTILINE)


def failure_of(trace: str) -> str:
    """Return why a task with this stack trace failed."""
    sentence = known_failure(trace)
    if sentence:
        return sentence
    names = _CLASS.findall(trace)
    return f"任务失败 the task failed ({names[-1] if names else 'no reason given'}): see `huiliu logs connect`, then attach again"


def known_failure(text: str) -> str:
    """Return the sentence for a failure that the text tells of, or nothing."""
    return next((sentence for pattern, sentence in _FAILURES.items() if re.search(pattern, text)), "")
