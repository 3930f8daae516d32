"""A remote reader, against real local servers."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from memctx.errors import ConfigError, EndpointError
from memctx.reader import EndpointReader, Window

KEY = "sk-very-secret-4711"
Respond = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def serving(respond: Respond) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A chat-completions server that answers with `respond`; gives its address and requests."""
    requests: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            requests.append(
                {"path": self.path, "key": self.headers["Authorization"], **json.loads(body)}
            )
            respond(self)

        def log_message(self, format: str, *args: Any) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", requests
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def send(handler: BaseHTTPRequestHandler, status: int, kind: str, *parts: str) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.end_headers()
    for part in parts:
        handler.wfile.write(part.encode())
        handler.wfile.flush()


def whole(text: str) -> Respond:
    message = {
        "choices": [{"message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {
            "prompt_tokens": 91,
            "completion_tokens": 4,
            "prompt_tokens_details": {"cached_tokens": 64},
        },
    }
    return lambda handler: send(handler, 200, "application/json", json.dumps(message))


def events(*pieces: str, end: str = "data: [DONE]\n\n") -> Respond:
    lines = [
        "data: " + json.dumps({"choices": [{"delta": {"content": piece}}]}) + "\n\n"
        for piece in pieces
    ]
    return lambda handler: send(
        handler, 200, "text/event-stream; charset=utf-8", ": hello\n\n", *lines, end
    )


def refusing(status: int, said: str) -> Respond:
    return lambda handler: send(handler, status, "application/json", said)


def test_a_whole_answer_is_read_with_its_usage(window: Window) -> None:
    with serving(whole(" Ada Reed.\n")) as (url, requests):
        reading = EndpointReader(url, "big", api_key=KEY).read("Who founded it?", window)
    assert reading.text == "Ada Reed."
    assert reading.mode == "endpoint"
    assert (reading.prompt_tokens, reading.answer_tokens, reading.cached_tokens) == (91, 4, 64)
    assert reading.logprob is None
    assert reading.evidence[0].chunk_id == 11
    (request,) = requests
    assert request["path"] == "/v1/chat/completions"
    assert request["key"] == f"Bearer {KEY}"
    assert (request["model"], request["stream"], request["temperature"]) == ("big", False, 0)
    prompt = request["messages"][-1]["content"]
    assert all(passage.text in prompt for passage in window.passages)
    assert prompt.rstrip().endswith("Who founded it?")


def test_a_stream_is_passed_on_as_it_comes(window: Window) -> None:
    told: list[str] = []
    with serving(events(" ", "Tomas", " Lind", " \n")) as (url, requests):
        reading = EndpointReader(url, "big").read("Who built it?", window, on_text=told.append)
    assert told == ["Tomas", " Lind"]
    assert reading.text == "Tomas Lind"
    assert reading.first_token_ms is not None
    assert reading.prompt_tokens > 0
    assert reading.answer_tokens > 0
    assert requests[0]["stream"] is True
    assert requests[0]["key"] is None


def test_a_stream_may_end_with_a_finish_reason_and_carry_usage(window: Window) -> None:
    last = {"choices": [{"delta": {}, "finish_reason": "stop"}]}
    usage = {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3}}
    end = f"data: {json.dumps(last)}\n\ndata: {json.dumps(usage)}\n\n"
    with serving(events("两年", end=end)) as (url, _):
        reading = EndpointReader(url, "big").read("关闭了多久？", window, on_text=lambda _: None)
    assert reading.text == "两年"
    assert (reading.prompt_tokens, reading.answer_tokens) == (7, 3)


def test_a_server_that_does_not_stream_is_understood(window: Window) -> None:
    told: list[str] = []
    with serving(whole("两年")) as (url, _):
        EndpointReader(url, "big").read("关闭了多久？", window, on_text=told.append)
    assert told == ["两年"]


def test_a_refusal_in_words_declines(window: Window) -> None:
    with serving(whole("The passages do not mention it.")) as (url, _):
        reading = EndpointReader(url, "big").read("Who composed it?", window)
    assert reading.declined
    assert reading.evidence == ()


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        (400, "model name"),
        (401, "API key"),
        (404, "/v1"),
        (429, "wait"),
        (500, "see its log"),
        (302, "points to"),
    ],
)
def test_an_error_status_says_address_status_and_what_to_do(
    status: int, advice: str, window: Window, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    said = json.dumps({"error": {"message": f"no entry for {KEY}"}})
    with serving(refusing(status, said)) as (url, _), pytest.raises(EndpointError) as caught:
        EndpointReader(url, "big", api_key=KEY).read("Who?", window)
    message = str(caught.value)
    assert f"{url}/chat/completions" in message
    assert str(status) in message
    assert advice in message
    assert "no entry for ***" in message
    assert KEY not in message + caplog.text


@pytest.mark.parametrize("end", ["", "data: {\"choices\": [{\"del"])  # fmt: skip
def test_a_stream_that_breaks_off_is_an_error(end: str, window: Window) -> None:
    told: list[str] = []
    with (
        serving(events("Tomas", end=end)) as (url, _),
        pytest.raises(EndpointError, match=r"broke off|no chat completion"),
    ):
        EndpointReader(url, "big").read("Who?", window, on_text=told.append)
    assert told == ["Tomas"]


def test_an_answer_cut_short_is_an_error(window: Window) -> None:
    def cut(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b'{"choices"')

    with serving(cut) as (url, _), pytest.raises(EndpointError, match="chat/completions"):
        EndpointReader(url, "big").read("Who?", window)


@pytest.mark.parametrize(
    "said", ["<html>hello</html>", "[]", "{}", '{"choices": ["x"]}', '{"error": "overloaded"}']
)
def test_an_answer_that_is_no_completion_is_an_error(said: str, window: Window) -> None:
    with serving(refusing(200, said)) as (url, _), pytest.raises(EndpointError, match="endpoint"):
        EndpointReader(url, "big").read("Who?", window)


@pytest.mark.parametrize(
    "reply",
    [
        refusing(200, '{"choices": []}'),
        refusing(200, '{"choices": [{"message": {"content": null}, "finish_reason": "length"}]}'),
        whole(" \n"),
        events(),
    ],
    ids=["no choice", "no content", "blank", "an empty stream"],
)
def test_a_reply_without_text_is_an_error(reply: Respond, window: Window) -> None:
    with serving(reply) as (url, _), pytest.raises(EndpointError, match="without any text"):
        EndpointReader(url, "big").read("Who?", window, on_text=lambda _: None)


def test_a_slow_server_runs_into_the_time_limit(window: Window) -> None:
    patience = threading.Event()

    def wait(handler: BaseHTTPRequestHandler) -> None:
        patience.wait(10)

    with serving(wait) as (url, _):
        with pytest.raises(EndpointError, match=r"within 0\.2 s"):
            EndpointReader(url, "big", timeout=0.2).read("Who?", window)
        patience.set()


def test_an_address_where_nobody_listens_is_an_error(window: Window) -> None:
    with serving(whole("x")) as (url, _):
        pass
    secret = url.replace("//", "//user:hidden@")
    with pytest.raises(EndpointError, match="cannot be reached") as caught:
        EndpointReader(secret, "big").read("Who?", window)
    assert "hidden" not in str(caught.value)


def test_a_malformed_address_is_an_error(window: Window) -> None:
    for address in ("localhost:1/v1", "http://[::1", "ftp://127.0.0.1"):
        with pytest.raises(EndpointError, match="cannot be reached"):
            EndpointReader(address, "big").read("Who?", window)


def test_the_key_is_never_shown() -> None:
    assert KEY not in repr(EndpointReader("http://localhost/v1", "big", api_key=KEY))
    with pytest.raises(ConfigError) as caught:
        EndpointReader("http://localhost/v1", "big", api_key=KEY + "\n")
    assert KEY not in str(caught.value)


def test_the_window_is_counted_by_estimates(window: Window) -> None:
    reader = EndpointReader("http://localhost/v1/chat/completions", "big")
    assert reader.url == "http://localhost/v1/chat/completions"
    assert reader.overhead("Who?") > reader.answer_tokens
    assert reader.cost(window.passages[0]) > reader.count_tokens(window.passages[0].text)
    assert reader.cost("Ada Reed founded it") >= 4
    assert reader.name == "big"
