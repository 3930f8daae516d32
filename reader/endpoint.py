"""Mode "endpoint": an OpenAI-compatible chat-completions server reads the window.

The user names the server; nothing is sent anywhere else, and no redirect is
followed. The key goes into the request's header and nowhere else: not into
logs, messages or representations. There are no stored states to reuse here, and
no token probabilities, so a reading's `logprob` is None.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..errors import ConfigError, EndpointError
from .citation import locate
from .declined import declines
from .estimate import estimated_tokens
from .prompt import fact_piece, passage_piece, question_language, wording
from .reading import Reading, Window, WindowPassage

if TYPE_CHECKING:
    import httpx

_EXCERPT = 300
_ADVICE = {
    400: "the server does not accept this request; check the model name and its context length",
    401: "check the API key (MEMCTX_READER_ENDPOINT_KEY)",
    403: "check the API key (MEMCTX_READER_ENDPOINT_KEY) and what it may use",
    404: "check the address (it usually ends in /v1) and the model name",
    413: "use a smaller window",
    422: "the server does not accept this request; check the model name and its context length",
    429: "too many requests; wait and ask again",
}


@dataclass(frozen=True, slots=True)
class EndpointReader:
    """Reads with `model` at `base_url`, such as "http://localhost:8000/v1".

    `timeout` is seconds without a byte, `answer_tokens` the longest answer.
    """

    base_url: str
    model: str
    api_key: str | None = field(default=None, repr=False)
    timeout: float = 60.0
    answer_tokens: int = 256

    def __post_init__(self) -> None:
        if self.api_key and not re.fullmatch(r"[!-~]+", self.api_key):
            raise ConfigError(
                "the reader endpoint's API key should be letters, digits and signs of ASCII "
                "without spaces, and is not; copy it again (MEMCTX_READER_ENDPOINT_KEY)"
            )

    @property
    def name(self) -> str:
        """The model's name at the endpoint."""
        return self.model

    @property
    def mode(self) -> str:
        """Always "endpoint"."""
        return "endpoint"

    @property
    def url(self) -> str:
        """The address that is called."""
        base = self.base_url.rstrip("/")
        return base if base.endswith("/chat/completions") else f"{base}/chat/completions"

    def count_tokens(self, text: str) -> int:
        """An estimate: the server's tokenizer is not known here."""
        return estimated_tokens(text)

    def overhead(self, question: str) -> int:
        """An estimate of the instruction and the question, and the longest answer."""
        words = wording(question_language(question), "chat")
        asked = estimated_tokens(words.head) + estimated_tokens(words.tail_for(question))
        return asked + self.answer_tokens

    def cost(self, part: WindowPassage | str) -> int:
        """An estimate of what a passage or a fact adds."""
        return estimated_tokens(_piece(part))

    def load(self) -> None:
        """Loads the HTTP library; the model is the server's affair."""
        import httpx  # noqa: F401

    def read(
        self,
        question: str,
        window: Window,
        *,
        on_text: Callable[[str], None] | None = None,
        insist: bool = False,
    ) -> Reading:
        """Answer from the window; the server is asked to stream when `on_text` is given.

        Raises:
            EndpointError: the server cannot be reached, refuses, breaks off or answers
                something that is no chat completion; says the address and what to do.
        """
        import httpx

        prompt = _prompt(question, window)
        reply = _Reply(on_text=on_text, started=time.perf_counter())
        try:
            with httpx.Client(timeout=self.timeout) as client:
                self._exchange(client, prompt, reply)
        except httpx.TimeoutException as error:
            raise self._failure(
                f"did not answer within {self.timeout:g} s", "see whether the server is busy"
            ) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            what = "broke off its answer" if reply.text else "cannot be reached"
            raise self._failure(
                f"{what} ({self._excerpt(str(error))})",
                "check the address (MEMCTX_READER_ENDPOINT) and the server",
            ) from error
        if not reply.text:
            raise self._failure(
                f"answered without any text (finish reason: {reply.ending or 'none'})",
                "see its log, and whether the model spends all its tokens on thinking",
            )
        return self._reading(question, window, prompt, reply)

    def _exchange(self, client: httpx.Client, prompt: str, reply: _Reply) -> None:
        body = {
            "model": self.model,
            "messages": [{"role": "user", "content": prompt}],
            "temperature": 0,
            "max_tokens": self.answer_tokens,
            "stream": reply.on_text is not None,
        }
        headers = {"Authorization": f"Bearer {self.api_key}"} if self.api_key else {}
        with client.stream("POST", self.url, json=body, headers=headers) as response:
            if not response.is_success:
                raise self._refusal(response)
            if "text/event-stream" in response.headers.get("content-type", ""):
                self._read_events(response.iter_lines(), reply)
            else:
                self._read_whole(response.read(), reply)

    def _read_whole(self, raw: bytes, reply: _Reply) -> None:
        choice, usage = self._parsed(raw)
        reply.usage = usage
        reply.ending = str(choice.get("finish_reason") or "")
        reply.add(_content(choice.get("message")))

    def _read_events(self, lines: Iterator[str], reply: _Reply) -> None:
        """Server-sent events up to `[DONE]`; some servers end after a finish reason instead."""
        for line in lines:
            if not line.startswith("data:"):
                continue
            data = line.removeprefix("data:").strip()
            if data == "[DONE]":
                return
            choice, usage = self._parsed(data)
            reply.usage = usage or reply.usage
            reply.add(_content(choice.get("delta")))
            reply.ending = str(choice.get("finish_reason") or reply.ending)
        if not reply.ending:
            raise self._failure(
                f"broke off its answer after {len(reply.text)} characters", "ask again"
            )

    def _parsed(self, raw: bytes | str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """The first choice and the usage of a completion or of one of its events."""
        try:
            message = json.loads(raw)
            if message.get("error"):
                raise self._failure(
                    f"reports {self._excerpt(str(message['error']))}", "see its log"
                )
            choice = message["choices"][0] if message["choices"] else {}
            return dict(choice), dict(message.get("usage") or {})
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            shown = raw.decode(errors="replace") if isinstance(raw, bytes) else raw
            raise self._failure(
                f"answered something that is no chat completion: {self._excerpt(shown)}",
                "name an OpenAI-compatible server; its address usually ends in /v1",
            ) from error

    def _refusal(self, response: httpx.Response) -> EndpointError:
        status = response.status_code
        advice = _ADVICE.get(status, "the server failed; see its log and ask again")
        if response.is_redirect:
            advice = f"name the address it points to: {response.headers.get('location', '?')}"
        said = self._excerpt(response.read().decode(errors="replace"))
        reason = f"answered {status} {response.reason_phrase}".rstrip()
        return self._failure(f"{reason}: {said}" if said else reason, advice)

    def _excerpt(self, text: str) -> str:
        """The beginning of what a server said, on one line, without the key."""
        line = " ".join(text.split())
        if self.api_key:
            line = line.replace(self.api_key, "***")
        return line if len(line) <= _EXCERPT else line[:_EXCERPT] + "…"

    def _failure(self, what: str, advice: str) -> EndpointError:
        shown = re.sub(r"//[^/@]*@", "//***@", self.url)
        return EndpointError(f"the reader endpoint {shown} {what}; {advice}")

    def _reading(self, question: str, window: Window, prompt: str, reply: _Reply) -> Reading:
        declined = declines(reply.text)
        details = reply.usage.get("prompt_tokens_details") or {}
        return Reading(
            text=reply.text,
            declined=declined,
            mode=self.mode,
            evidence=() if declined else locate(question, reply.text, window),
            first_token_ms=reply.first_token_ms,
            prompt_tokens=int(reply.usage.get("prompt_tokens") or estimated_tokens(prompt)),
            answer_tokens=int(reply.usage.get("completion_tokens") or estimated_tokens(reply.text)),
            cached_tokens=int(details.get("cached_tokens") or 0),
        )


@dataclass(slots=True)
class _Reply:
    """An answer as it arrives. White space around it is never passed on."""

    on_text: Callable[[str], None] | None
    started: float
    raw: str = ""
    ending: str = ""
    first_token_ms: float | None = None
    usage: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return self.raw.strip()

    def add(self, piece: str) -> None:
        told = len(self.text)
        self.raw += piece
        if len(self.text) == told:
            return
        if self.first_token_ms is None:
            self.first_token_ms = 1000 * (time.perf_counter() - self.started)
        if self.on_text is not None:
            self.on_text(self.text[told:])


def _content(message: Any) -> str:
    content = message.get("content") if isinstance(message, dict) else None
    return content if isinstance(content, str) else ""


def _piece(part: WindowPassage | str) -> str:
    return fact_piece(part) if isinstance(part, str) else passage_piece(part)


def _prompt(question: str, window: Window) -> str:
    words = wording(question_language(question), "chat")
    parts: tuple[WindowPassage | str, ...] = (*window.passages, *window.facts)
    return "".join((words.head, *map(_piece, parts), words.tail_for(question)))
