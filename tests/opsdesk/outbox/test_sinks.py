"""What each kind of channel really receives, and what it can do to the desk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from opsdesk.core.errors import Refused
from opsdesk.core.outbox.models import Result
from opsdesk.core.settings import Channel
from opsdesk.core.sinks import Answer, Message, masked, send
from probes.secret import Secret
from tests.architecture.test_imports import run
from tests.lab.sinks import Sink, mail_sink, web_sink

SOON = timedelta(seconds=60)
EVIL = Message("", "急\r\nX: y", '<at user_id="all">全体</at> **粗** <b>x</b>')
DINGTALK = "https://oapi.dingtalk.com/robot/send?access_token=abc123def&secret=SECx4y5"
WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7aac-4bc4-97a0"
FEISHU = "https://open.feishu.cn/open-apis/bot/v2/hook/abcdef-123456"


@pytest.fixture
def web() -> Iterator[Sink]:
    with web_sink() as sink:
        yield sink


def channel(kind: str, url: str, server: str = "", sender: str = "") -> Channel:
    secret = Secret("secret:test", lambda: url)
    return Channel(name="x", kind=kind, url=secret, server=server, sender=sender)


def tell(web: Sink, kind: str, url: str) -> Answer:
    server = "" if kind == "webhook" else f"http://127.0.0.1:{web.port}"
    return send(channel(kind, url, server), EVIL, limit=SOON)


def test_dingtalk_receives_signed_plain_text(web: Sink) -> None:
    assert tell(web, "dingtalk", DINGTALK).result is Result.SENT
    [said] = web.documents()
    assert said["msgtype"] == "text"
    assert said["at"] == {"atMobiles": [], "isAtAll": False}
    assert said["text"]["content"].startswith("急 X: y\r\n")
    [path] = web.paths
    assert path.startswith("/robot/send?access_token=abc123def&timestamp=")
    assert path.endswith("%3D")  # base64 quoted once: twice, it would be %253D
    assert "%25" not in path


def test_wecom_receives_plain_text(web: Sink) -> None:
    assert tell(web, "wecom", WECOM).result is Result.SENT
    [said] = web.documents()
    assert said == {
        "msgtype": "text",
        "text": {"content": f"急 X: y\r\n{EVIL.body}"},
    }
    assert web.paths == ["/cgi-bin/webhook/send?key=693a91f6-7aac-4bc4-97a0"]


def test_feishu_receives_plain_text_that_calls_nobody(web: Sink) -> None:
    assert tell(web, "feishu", FEISHU).result is Result.SENT
    [said] = web.documents()
    assert said["msg_type"] == "text"
    assert "<at" not in said["content"]["text"]


def test_a_webhook_keeps_its_path_and_its_token(web: Sink) -> None:
    address = f"http://127.0.0.1:{web.port}/hook/one?token=abc%2Fdef"
    assert tell(web, "webhook", address).result is Result.SENT
    assert web.paths == ["/hook/one?token=abc%2Fdef"]
    assert web.documents()[0]["message"] == EVIL.body


@pytest.mark.parametrize(
    ("kind", "url", "body", "reason"),
    [
        (
            "dingtalk",
            DINGTALK,
            b'{"errcode": 310000, "errmsg": "sign not match"}',
            "refused: 310000 sign not match",
        ),
        (
            "wecom",
            WECOM,
            b'{"errcode": 93000, "errmsg": "invalid webhook url"}',
            "refused: 93000 invalid webhook url",
        ),
        (
            "feishu",
            FEISHU,
            b'{"code": 19024, "msg": "Key Words Not Found"}',
            "refused: 19024 Key Words Not Found",
        ),
        (
            "wecom",
            WECOM,
            b"<html>sign in</html>",
            "odd-answer: 200 <html>sign in</html>",
        ),
    ],
)
def test_an_answer_of_200_that_refuses_is_no_success(
    web: Sink, kind: str, url: str, body: bytes, reason: str
) -> None:
    web.body = body
    answer = tell(web, kind, url)
    assert (answer.result, answer.reason) == (Result.FAILED, reason)


def test_a_redirect_is_not_followed(web: Sink) -> None:
    with web_sink() as elsewhere:
        web.status, web.location = 307, f"http://127.0.0.1:{elsewhere.port}/"
        assert tell(web, "wecom", WECOM).result is Result.FAILED
        assert elsewhere.heard == []


def test_a_mail_server_that_refuses_a_mailbox_is_quoted() -> None:
    with mail_sink() as sink:
        sink.status = 550
        url = f"mailto://127.0.0.1:{sink.port}?from=desk@example.com"
        to = Message("gone@example.com", "题", "文")
        answer = send(channel("email", url), to, limit=SOON)
    assert answer.result is Result.FAILED
    assert "no such mailbox here" in answer.reason


def test_a_mail_goes_to_its_reader_and_to_nobody_the_address_names() -> None:
    with mail_sink() as sink:
        url = (
            f"mailto://127.0.0.1:{sink.port}/other@example.com"
            "?from=desk@example.com&bcc=spy@example.com&cc=spy@example.com"
        )
        to = Message("wang@example.com", "题", "文")
        sender = "ops@example.com"
        assert send(channel("email", url, sender=sender), to, limit=SOON).reason == ""
        [letter] = sink.mails()
    assert sink.paths == ["<wang@example.com>"]
    assert (letter["To"], letter["From"], letter["Cc"]) == (
        "wang@example.com",
        "ops@example.com",
        None,
    )


@pytest.mark.parametrize(
    ("kind", "url"),
    [
        ("email", "https://127.0.0.1/"),
        ("dingtalk", "mailto://desk@example.com"),
        ("dingtalk", "https://oapi.dingtalk.com/robot/send"),
        ("wecom", "not an address"),
        ("webhook", "file:///etc/passwd"),
        ("webhook", "syslog://127.0.0.1"),
        ("feishu", ""),
    ],
)
def test_an_address_of_another_kind_is_never_used(kind: str, url: str) -> None:
    answer = send(channel(kind, url), Message("", "题", "文"), limit=SOON)
    assert (answer.result, answer.reason) == (Result.FAILED, "bad-url")


def test_a_secret_that_cannot_be_fetched_is_a_failure_like_others() -> None:
    def gone() -> str:
        raise Refused("没有这个密钥。")

    lost = Channel(name="x", kind="wecom", url=Secret("secret:gone", gone))
    answer = send(lost, Message("", "题", "文"), limit=SOON)
    assert (answer.result, answer.reason) == (Result.FAILED, "no-secret")


@pytest.mark.parametrize(
    ("address", "secrets"),
    [
        (
            "mailtos://ops%40x:p%40ss-word@mail.example/?to=a",
            ["p%40ss-word", "p@ss-word"],
        ),
        (DINGTALK, ["abc123def", "SECx4y5"]),
        ("dingtalk://SECx4y5@abc123def/", ["abc123def", "SECx4y5"]),
        ("wecombot://693a91f6/", ["693a91f6"]),
        ("https://hook.example/services/T0/B0/XXYYZZ?k=v%2Bw12", ["XXYYZZ", "v+w12"]),
    ],
)
def test_no_part_of_an_address_is_ever_quoted(address: str, secrets: list[str]) -> None:
    for text in (*secrets, address):
        assert text not in masked(f"cannot reach {text}: refused", address)


def test_what_is_no_secret_is_still_quoted() -> None:
    text = "http: 500 at hook.example"
    assert masked(text, "https://hook.example/services/XXYYZZ") == text


def test_neither_the_pages_nor_the_scheduler_load_the_library_that_sends() -> None:
    code = (
        "import sys, opsdesk.app, opsdesk.scheduler; sys.exit('apprise' in sys.modules)"
    )
    assert run(code) == 0
