"""What to say for each kind of mistake pydantic finds, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from probes.finding import Words

_OURS = {
    "duration": Words(
        "“{value}”不是时长，请带单位，例如 10s、30m、2h。",
        "“{value}” is not a duration; give it a unit, such as 10s, 30m or 2h.",
    ),
    "size": Words(
        "“{value}”不是容量，请带单位，例如 512KiB、4MiB。",
        "“{value}” is not a size; give it a unit, such as 512KiB or 4MiB.",
    ),
    "clock": Words(
        "“{value}”不是钟点，应为 00:00 到 23:59。",
        "“{value}” is not a time of day; write 00:00 to 23:59.",
    ),
    "hours": Words(
        "“{value}”不是时段，应写作 22:00-07:00（可跨零点），或 never。",
        "“{value}” is not a span of hours; write 22:00-07:00 (it may pass midnight), or "
        "never.",
    ),
    "day": Words(
        "“{value}”不是日期，应写作 2026-03-01。",
        "“{value}” is not a date; write it as 2026-03-01.",
    ),
    "zone": Words(
        "没有“{value}”这个时区，应为 IANA 名称，例如 Asia/Shanghai。",
        "There is no time zone “{value}”; use an IANA name such as Asia/Shanghai.",
    ),
    "name": Words(
        "“{value}”不能作名称:限 64 个以内的文字、数字、点、下划线和连字符，"
        "纯数字请加引号。",
        "“{value}” cannot be a name: use up to 64 letters, digits, dots, underscores "
        "and hyphens, and put quotes around a number.",
    ),
    "host": Words(
        "“{value}”不是主机名或 IP 地址（不含端口和 http://）。",
        "“{value}” is not a host name or an IP address (without port or http://).",
    ),
    "endpoint": Words(
        "“{value}”应写作“主机:端口”，端口为 1 到 65535,IPv6 加方括号，整体加引号。",
        "“{value}” should be `host:port` in quotes, with a port from 1 to 65535 and "
        "IPv6 in square brackets.",
    ),
    "network": Words(
        "“{value}”应为 IP 地址，或 10.1.0.0/24 这样的网段。",
        "“{value}” should be an IP address, or a network such as 10.1.0.0/24.",
    ),
    "url": Words(
        "应为 http:// 或 https:// 开头的网址。",
        "This should be an address beginning with http:// or https://.",
    ),
    "url_with_secret": Words(
        "网址里不能写账号和口令：网址会显示在页面和记录上。请去掉“@”及其前面的部分。",
        "An address must not hold an account or a password: it is shown on pages and "
        "papers. Take out the `@` and what stands before it.",
    ),
    "host_key": Words(
        "主机密钥应为“SHA256:…”指纹（ssh-keygen -lf 所示），或“ssh-ed25519 AAAA…”"
        "这样的公钥行。",
        "A host key is a `SHA256:…` fingerprint (as ssh-keygen -lf prints it) or a "
        "public key line such as `ssh-ed25519 AAAA…`.",
    ),
    "reference": Words(
        "这里不写口令本身，只写引用:secret:名称、file:路径 或 env:变量名。"
        "用 opsdesk secret set 名称 保存。",
        "Do not write the secret itself, only a reference: secret:NAME, file:PATH or "
        "env:NAME. Keep it with `opsdesk secret set NAME`.",
    ),
}

_PYDANTIC = {
    "missing": Words("缺少这一项。", "This is missing."),
    "string_type": Words(
        "应为文字；数字和 true/false 请加引号。",
        "This should be text; put quotes around numbers and true/false.",
    ),
    "string_too_short": Words("不能为空。", "This must not be empty."),
    "string_too_long": Words(
        "最长 {max_length} 个字符。", "This may have {max_length} characters at most."
    ),
    "string_pattern_mismatch": Words(
        "应为以 / 开头的绝对路径。",
        "This should be an absolute path, beginning with /.",
    ),
    "int_type": Words("应为整数，不加引号。", "This should be a whole number."),
    "int_parsing_size": Words("数字过大。", "The number is too large."),
    "float_type": Words("应为数字，不加引号。", "This should be a number."),
    "finite_number": Words("应为有限的数字。", "This should be a finite number."),
    "bool_type": Words("应为 true 或 false。", "This should be true or false."),
    "list_type": Words(
        "应为列表，写作 [甲, 乙] 或每行一个“- ”。",
        "This should be a list: [one, two], or one `- ` a line.",
    ),
    "dict_type": Words(
        "应为“名称: 值”的一组内容。", "This should be a set of `name: value` lines."
    ),
    "greater_than": Words("应大于 {gt}。", "This should be greater than {gt}."),
    "greater_than_equal": Words("不得小于 {ge}。", "This should be at least {ge}."),
    "less_than_equal": Words("不得大于 {le}。", "This should be at most {le}."),
    "literal_error": Words(
        "只能是 {expected} 之一。", "This should be one of {expected}."
    ),
}
_PYDANTIC["model_type"] = _PYDANTIC["dict_type"]
_PYDANTIC["model_attributes_type"] = _PYDANTIC["dict_type"]

_FALLBACK = Words("这个值不合要求：{message}", "This value does not do: {message}")


def words_for(error: Mapping[str, Any]) -> Words:
    """Return the sentence for one of pydantic's error details."""
    kind = str(error["type"])
    context = {key: _plain(value) for key, value in error.get("ctx", {}).items()}
    template = _OURS.get(kind.removeprefix("opsdesk_")) or _PYDANTIC.get(kind)
    if template is None:
        return _FALLBACK.fill(message=error["msg"])
    return template.fill(**context)


def _plain(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).replace(" or ", ", ")
