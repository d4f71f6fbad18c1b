# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""HTTP: authentication, retries, the service's rate limit, errors.

Facts about the transport are from the vendor's API reference: the header `Authorization: ApiKey ..`, errors as a list
of codes and messages, and the headers `x-ratelimit-*` on every response.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import email.utils
import json
import random
import re
import threading
import time
import typing as t
import urllib.parse
import warnings
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

try:
    import requests
    import requests.adapters
    import requests.auth
    import urllib3.exceptions

    REQUESTS_ERROR: ImportError | None = None
    AuthBase: t.Any = requests.auth.AuthBase
    NO_ANSWER_ERRORS: tuple[type[Exception], ...] = (
        requests.exceptions.ConnectionError,
        requests.exceptions.Timeout,
        requests.exceptions.ChunkedEncodingError,
        requests.exceptions.ContentDecodingError,
    )
    NOT_SENT_ERRORS: tuple[type[Exception], ...] = (
        urllib3.exceptions.NewConnectionError,
        urllib3.exceptions.ConnectTimeoutError,
    )
except ImportError as error:  # reported by the module, once there is one
    REQUESTS_ERROR = error
    AuthBase = object

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.keys import id_within
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import (
    ApiError,
    LostReply,
    advice,
    plain,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._progress import Tell, to_nobody
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._times import moment

VERSION = "2.0.0"
USER_AGENT = f"orgops.elastic_cloud/{VERSION}"
BASE_PATH = "/api/v1"
INVITATION_LIMIT = "organization.invitations_rate_limit_exceeded"
PENDING_LIMIT = "organization.invitations_pending_limit_exceeded"
TRANSIENT = frozenset({429, 500, 502, 503, 504})
LONG_WAIT = 2.0  # seconds; worth a word to those who watch
LONGEST_WAIT = 60.0  # seconds; the contract's cap on what a header may ask for
CONCURRENCY = 8  # requests under way at once, where nothing else is said
MOST = 1e9  # of anything that a header counts; beyond, it is nonsense
FIRST_PAUSE = 0.5  # seconds; doubled with each further attempt
SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


class Clock(t.Protocol):
    """What the client needs of a clock."""

    def now(self) -> dt.datetime:
        """Return the time of day, in UTC."""

    def monotonic(self) -> float:
        """Return seconds since some moment."""

    def sleep(self, seconds: float, /, *, until: threading.Event | None = None) -> None:
        """Wait so long, or until an event if that is earlier."""


class WallClock:
    """The machine's clock."""

    def now(self) -> dt.datetime:
        """Return the time of day, in UTC."""
        return dt.datetime.now(dt.timezone.utc)

    def monotonic(self) -> float:
        """Return seconds since some moment."""
        return time.monotonic()

    def sleep(self, seconds: float, /, *, until: threading.Event | None = None) -> None:
        """Wait so long, or until an event if that is earlier."""
        (until or threading.Event()).wait(seconds)


class Stopped(Exception):
    """A write was still waiting for its turn when the client was told to stop, and has not been sent."""


class ApiKeyAuth(AuthBase):  # type: ignore[misc]
    """Sends the API key. As an auth object of requests, so that a netrc file with the same host cannot replace it."""

    def __init__(self, api_key: str) -> None:
        self._header = f"ApiKey {api_key}"

    def __call__(self, request: t.Any) -> t.Any:
        """Put the key into a request."""
        request.headers["Authorization"] = self._header
        return request


class Client:
    """One session with the service. May be used from several threads.

    endpoint: the base URL, without the API's own path; timeout: seconds for one request; retries: how often one request
    is repeated; verify: whether certificates are checked, or the file of the authority to check them with; concurrency:
    how many connections are kept; clock: the machine's, if it is not given. stopped_by: what told it to stop, if
    anything did; key_id, key_ends: the API key's id, where its text holds one, and when it ends, where the service has
    told; notice: hears of long waits and of
    requests that are repeated.
    """

    def __init__(
        self,
        endpoint: str,
        api_key: str,
        *,
        timeout: float = 30,
        retries: int = 5,
        verify: bool | str = True,
        concurrency: int = CONCURRENCY,
        clock: Clock | None = None,
    ) -> None:
        self.retries = retries
        self.stopped_by: str | None = None
        self.notice: Tell = to_nobody
        self.key_id = id_within(api_key)
        self.key_ends: dt.datetime | None = None
        self.session = requests.Session()
        self.session.auth = ApiKeyAuth(api_key)
        # No redirect is followed; requests would still look for the next request, and fail where Location is no URL.
        self.session.get_redirect_target = lambda _response: None  # type: ignore[method-assign, assignment]
        if urllib.parse.urlsplit(endpoint).scheme == "http":  # a proxy, too, would read the key
            self.session.trust_env = False
        self.session.headers.update({"User-Agent": USER_AGENT, "Accept": "application/json"})
        self.session.mount("https://", requests.adapters.HTTPAdapter(pool_maxsize=concurrency))
        self.session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=concurrency))
        self.endpoint = endpoint
        self._timeout = timeout
        self._verify = verify
        self.clock = clock or WallClock()
        self._pace = _Pace(self.clock)
        self._stopped = threading.Event()
        self._thread = threading.local()
        secrets = _Secrets()
        secrets.keep([api_key])
        self.keep_secret, self.scrub = secrets.keep, secrets.scrub
        if verify is False:  # the module warns once; urllib3 would for each request
            warnings.simplefilter("ignore", urllib3.exceptions.InsecureRequestWarning)

    def stop(self, why: str) -> None:
        """Repeat nothing any more and cut all waits short. Requests under way are finished; others may still be made,
        each once. May be called by the handler of a signal.
        """
        self.stopped_by = self.stopped_by or why
        self._stopped.set()

    @property
    def hurried(self) -> bool:
        """Whether this thread has been told to stop, and has nothing to complete."""
        return self.stopped_by is not None and not self.completes

    @property
    def completes(self) -> bool:
        """Whether this thread completes something."""
        return getattr(self._thread, "completes", False)

    @contextlib.contextmanager
    def completing(self) -> Iterator[None]:
        """Go on in this thread as if nobody had told it to stop: what it does has to be completed."""
        before, self._thread.completes = self.completes, True
        try:
            yield
        finally:
            self._thread.completes = before

    def pause(self, attempt: int, asked_for: float | None = None) -> None:
        """Wait before another attempt: as long as the service asked for, else longer each time, with jitter."""
        wait = asked_for if asked_for is not None else FIRST_PAUSE * 2**attempt * random.uniform(0.5, 1.5)
        self._sleep(min(wait, LONGEST_WAIT))

    def now(self) -> float:
        """Return seconds since some moment."""
        return self.clock.monotonic()

    def wait_until(self, moment: float) -> None:
        """Wait until a moment, as `now` tells it."""
        if (left := moment - self.now()) > 0:
            self._sleep(left)

    def _sleep(self, seconds: float) -> None:
        if not self.hurried:
            self.clock.sleep(seconds, until=None if self.stopped_by else self._stopped)

    def request(
        self, method: str, *segments: str | Sequence[str], query: str = "", body: t.Any = None, secret: bool = False
    ) -> dict[str, t.Any]:
        """Send a request and return the reply's object.

        segments: the parts of the path, encoded here; a list becomes one part with commas. query: what follows the
        path, from the `?` on, in no message. secret: the last segment is for nobody. Raises ApiError when the
        service refuses. Reads are repeated after transient failures; a write only where it is certain that nothing
        happened, else it raises LostReply. Stopped, where the client was told to stop before a write could be sent.
        """
        path = f"{BASE_PATH}/{'/'.join(map(encode, segments))}{query}"
        shown = f"/{'/'.join([*map(encode, segments[:-1]), '***'] if secret else map(encode, segments))}"
        attempt = 0
        while True:
            try:
                return self._attempt(method, path, shown, body)
            except _TryAgain as again:
                if attempt < self.retries:
                    what = f"answered {again.error.status}" if again.error.status else "no answer"
                    self.notice(f"{what}, trying again ({attempt + 1} of {self.retries})")
                    self.pause(attempt, again.error.retry_after)
                if attempt >= self.retries or self.hurried:
                    raise again.error from None
            attempt += 1

    def _attempt(self, method: str, path: str, shown: str, body: t.Any) -> dict[str, t.Any]:
        while (wait := self._pace.turn()) and not self.hurried:
            if wait >= LONG_WAIT:
                self.notice(f"waiting {wait:.0f} seconds for the service's rate limit")
            self._sleep(wait)
            if self.hurried and method != "GET":
                raise Stopped
        try:
            response = self.session.request(
                method,
                self.endpoint + path,
                json=body,
                timeout=self._timeout,
                verify=self._verify,
                allow_redirects=False,
            )
            content = response.content
        except (OSError, urllib3.exceptions.HTTPError) as error:  # those of requests are OSErrors
            raise self._broken(error, method, shown) from None
        self._pace.note(response.headers)
        self.key_ends = moment(response.headers.get("X-Elastic-Api-Key-Expiration")) or self.key_ends
        status = response.status_code
        if 200 <= status < 300:
            reply = _json_object(content) if content.strip() else {}
            if reply is not None and (content.strip() or method != "GET"):
                return reply
            message = f"the answer is no JSON object ({response.headers.get('Content-Type') or 'no content type'})"
            raise self._transient(message, method, shown, response)
        if 300 <= status < 400:
            elsewhere = _host_in(response.headers.get("Location", ""))
            message = f"redirected to {elsewhere}; redirects are not followed, check endpoint"
            raise self._refusal(message, method, shown, response)
        codes, message = _read_errors(content, response.headers)
        message = f"{message or response.reason or 'no explanation'} -- {advice(status, codes)}"
        if status == 429 and INVITATION_LIMIT not in codes:
            raise _TryAgain(self._refusal(message, method, shown, response, codes))
        if status >= 500:
            raise self._transient(message, method, shown, response, codes)
        raise self._refusal(message, method, shown, response, codes)

    def _broken(self, error: t.Any, method: str, shown: str) -> Exception:
        """Return what to raise for a failure without an answer."""
        cause = error.args[0] if error.args else error
        reason = getattr(cause, "reason", cause)
        words = self._fit(f"{type(reason).__name__}: {reason}")
        if "CERTIFICATE_VERIFY_FAILED" in words or "X509" in words:
            message = f"{words} -- the connection is not trusted; name the file of the server's authority with ca_path"
            return ApiError(message, method=method, path=shown)
        if not isinstance(error, NO_ANSWER_ERRORS):
            return ApiError(
                f"{words} -- check endpoint, ca_path and the proxies in the environment", method=method, path=shown
            )
        message = f"no answer ({words}) -- {advice(None, ())}"
        # Without a connection nothing was sent; after that, who knows.
        if method == "GET" or isinstance(reason, NOT_SENT_ERRORS):
            return _TryAgain(ApiError(message, method=method, path=shown))
        return LostReply(message, method=method, path=shown)

    def _transient(
        self, message: str, method: str, shown: str, response: t.Any, codes: Sequence[str] = ()
    ) -> Exception:
        kind = ApiError if method == "GET" else LostReply
        error = self._refusal(message, method, shown, response, codes, kind)
        again = method == "GET" and (response.status_code in TRANSIENT or response.status_code < 300)
        return _TryAgain(error) if again else error

    def _refusal(
        self,
        message: str,
        method: str,
        shown: str,
        response: t.Any,
        codes: Sequence[str] = (),
        kind: type[ApiError] = ApiError,
    ) -> ApiError:
        headers = response.headers
        request_id = headers.get("x-request-id") or headers.get("x-cloud-request-id")
        return kind(
            self._fit(message),
            status=response.status_code,
            codes=[self._fit(code) for code in codes],
            method=method,
            path=shown,
            request_id=self._fit(request_id) if request_id else None,
            retry_after=_retry_after(headers),
        )

    def _fit(self, text: str) -> str:
        """Return a text of somebody else's as it may be shown."""
        return _presentable(self.scrub(text))


class _Secrets:
    """What must not be in any message."""

    def __init__(self) -> None:
        self._secrets: set[str] = set()

    def keep(self, secrets: Iterable[str]) -> None:
        """Have these texts taken out of every message."""
        for secret in secrets:
            if len(secret) > 3:  # a shorter one would be found in half of all words
                self._secrets |= {secret, urllib.parse.quote(secret, safe="")}

    def scrub(self, text: str) -> str:
        """Return a text without secrets."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, "***")
        return text


class _TryAgain(Exception):
    """A request that may be repeated as it is; `error` is what to raise when it no longer is."""

    def __init__(self, error: ApiError) -> None:
        super().__init__(str(error))
        self.error = error


class _Pace:
    """Keeps under the service's rate limit, as its headers tell it: so many requests in an interval, so many left.

    The form of the interval is not documented; a number of seconds and spellings such as `1m30s` are understood, and
    where it is neither, nothing is held back before the service says 429.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._sent: deque[float] = deque()
        self._limit: int | None = None
        self._interval = 0.0
        self._left = 0
        self._told_at = 0.0

    def turn(self) -> float:
        """Count another request, and return 0.0, if one may be sent now; else how many seconds to wait for it."""
        with self._lock:
            wait = self._time_to_wait()
            if wait <= 0:
                self._sent.append(self._clock.monotonic())
                self._left -= 1
                return 0.0
            return min(wait, LONGEST_WAIT)

    def note(self, headers: t.Mapping[str, str]) -> None:
        """Take over what a response says about the limit."""
        limit, left = _number(headers.get("x-ratelimit-limit")), _number(headers.get("x-ratelimit-remaining"))
        interval = _seconds(headers.get("x-ratelimit-interval"))
        with self._lock:
            if not limit or left is None or not interval:
                self._limit = None
                return
            now = self._clock.monotonic()
            newer = now - self._told_at >= min(interval, LONGEST_WAIT) or self._limit is None
            self._limit, self._interval = int(limit), min(interval, LONGEST_WAIT)
            # Replies arrive in any order; within an interval the lowest number is the latest.
            self._left = int(left) if newer else min(self._left, int(left))
            self._told_at = now if newer else self._told_at

    def _time_to_wait(self) -> float:
        if self._limit is None:
            self._sent.clear()
            return 0.0
        now = self._clock.monotonic()
        while self._sent and now - self._sent[0] >= self._interval:
            self._sent.popleft()
        told_lately = now - self._told_at < self._interval
        if len(self._sent) < self._limit and (self._left > 0 or not told_lately):
            return 0.0
        begun = self._sent[0] if self._sent and len(self._sent) >= self._limit else self._told_at
        return max(begun + self._interval - now, 0.001)


def encode(segment: str | Sequence[str]) -> str:
    """Return a segment of a path, such that it is one segment and no other than what was meant.

    Raises ApiError for what would change the path: nothing at all, dots, and in a list an id with a comma in it.
    """
    if not isinstance(segment, str):
        if not segment or any("," in part for part in segment):
            raise ApiError("a list of ids cannot be empty, nor hold an id with a comma in it", codes=["invalid_id"])
        return ",".join(map(encode, segment))
    if segment in ("", ".", "..") or not segment.isprintable():
        raise ApiError("an id that is empty, dots or unprintable cannot be part of a path", codes=["invalid_id"])
    return urllib.parse.quote(segment, safe="")


def _presentable(text: str) -> str:
    """Return a text without what could confuse a terminal, and not too long."""
    text = plain(text)
    return text if len(text) <= 500 else text[:500] + ".."


def _json_object(content: bytes) -> dict[str, t.Any] | None:
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _read_errors(content: bytes, headers: t.Mapping[str, str]) -> tuple[list[str], str]:
    """Return codes and messages of a failed request; whatever the body is, this does not fail."""
    listed = (_json_object(content) or {}).get("errors")
    errors = [error for error in listed if isinstance(error, dict)] if isinstance(listed, list) else []
    codes = [str(error["code"]) for error in errors if error.get("code")]
    codes += [code for code in re.split(r"[,\s]+", headers.get("x-cloud-error-codes", "")) if code]
    return list(dict.fromkeys(codes)), "; ".join(str(error["message"]) for error in errors if error.get("message"))


def _retry_after(headers: t.Mapping[str, str]) -> float | None:
    """Return how many seconds to wait, None where nothing is said. A date is taken against the server's own clock."""
    text, now = headers.get("Retry-After"), headers.get("Date")
    seconds = _number(text)
    if seconds is None and text and now:
        try:
            there, here = email.utils.parsedate_to_datetime(text), email.utils.parsedate_to_datetime(now)
            seconds = max((there - here).total_seconds(), 0.0)
        except (TypeError, ValueError, OverflowError):
            return None
    return seconds


def _host_in(url: str) -> str:
    """Return the host that a URL of somebody else's names, whatever it is."""
    try:
        return urllib.parse.urlsplit(url).netloc or "another place"
    except ValueError:
        return "another place"


def _number(text: str | None) -> float | None:
    return min(float(text), MOST) if text and re.fullmatch(r"\s*\d+(\.\d+)?\s*", text) else None


def _seconds(text: str | None) -> float | None:
    """Return a time such as `60`, `1s` or `1m30s` in seconds, None for anything else."""
    if not text:
        return None
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h)", text)
    if parts and "".join(map("".join, parts)) == text.strip():
        return sum(float(number) * SECONDS[unit] for number, unit in parts)
    return _number(text)
