# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""Certificates of an identity provider: which they are and how long they are valid, and what is none.

Read by hand, since a host that runs modules need not have a library for them: DER (X.690) is nested parts with a tag
and a length each, and the two times of a certificate (RFC 5280, section 4.1) stand at a fixed place. Nothing here
verifies anything. Pure: knows neither Ansible nor HTTP.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import functools
import hashlib
import re
import typing as t
from dataclasses import dataclass, field

BEGIN, END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
ONE = re.compile(rf"\s*{BEGIN}([A-Za-z0-9+/=\s]+){END}\s*")
PRIVATE = re.compile(r"BEGIN[A-Z0-9 ]{0,20}PRIVATE\s+KEY|PuTTY-User-Key-File", re.IGNORECASE)
DEEPEST = 3  # times that base64 stands within base64
SHORTEST_KEY = 40  # bytes; what is shorter, is another thing
SEQUENCE, INTEGER, OBJECT_IDENTIFIER, OCTETS, VERSION = 0x30, 0x02, 0x06, 0x04, 0xA0
TIMES = {0x17: re.compile(rb"(\d\d)(\d{10})Z"), 0x18: re.compile(rb"(\d{4})(\d{10})Z")}  # UTCTime, GeneralizedTime

TAKEN_OUT = "(a private key, not shown)"
IS_PRIVATE = (
    "holds a private key, which nobody but the identity provider may have; give the certificate alone, and make a new "
    "key pair if this one was stored or sent with the definition"
)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate, which is what its DER is, however that is written.

    fingerprint: SHA-256, in hexadecimal; not_before, not_after: from when to when it is valid, None where that cannot
    be read; pem: as text; written: as the service wrote it, where it comes from there.
    """

    fingerprint: str
    not_before: dt.datetime | None = field(default=None, compare=False)
    not_after: dt.datetime | None = field(default=None, compare=False)
    pem: str = field(default="", compare=False, repr=False)
    written: str = field(default="", compare=False, repr=False)

    @property
    def understood(self) -> bool:
        """Whether it could be read."""
        return bool(self.pem)

    def expired(self, now: dt.datetime) -> bool:
        """Whether it is no longer valid."""
        return self.not_after is not None and self.not_after < now

    def valid(self, now: dt.datetime) -> bool:
        """Whether it is known to be valid now."""
        return self.not_before is not None and self.not_before <= now and not self.expired(now)

    def __str__(self) -> str:
        """Return it in words: the start of its fingerprint, and its last day."""
        ends = f", valid until {self.not_after:%Y-%m-%d}" if self.not_after else ""
        return f"SHA-256 {':'.join(re.findall('..', self.fingerprint[:16].upper()))}..{ends}"


def from_input(text: t.Any) -> tuple[Certificate | None, str]:
    """Return the certificate that somebody has written as PEM text, and the empty string; or None, and what is wrong,
    without a word of the text.
    """
    if not isinstance(text, str):
        return None, "must be a certificate as PEM text"
    if is_private(text):
        return None, IS_PRIVATE
    if text.count(BEGIN) > 1:
        return None, f"holds {text.count(BEGIN)} certificates; make each an entry of its own"
    found = ONE.fullmatch(text)
    if not found:
        beside = BEGIN in text and END in text
        return None, (
            f"holds something beside the certificate; give what stands from {BEGIN} to {END} alone"
            if beside
            else f"is no certificate as PEM text, which begins with {BEGIN} and ends with {END}"
        )
    certificate = _from_der(_from_base64(found[1]) or b"", text)
    if not certificate:
        return None, "is no certificate: what stands between its marks cannot be read; was it copied completely?"
    return certificate, ""


def from_reply(text: str) -> Certificate:
    """Return a certificate of the service, in any of the three forms that it may have: PEM text, base64 of that, or
    base64 of the bare DER. What cannot be read is kept, and is no certificate that anybody can name.
    """
    pem = ONE.fullmatch(text)
    der = _from_base64(pem[1] if pem else text) or b""
    if not pem and (within := ONE.fullmatch(der.decode("ascii", "replace"))):
        der = _from_base64(within[1]) or b""
    return _from_der(der, text) or Certificate(hashlib.sha256(text.encode(errors="replace")).hexdigest(), written=text)


def as_written_like(certificate: Certificate, others: t.Iterable[Certificate]) -> str:
    """Return a certificate in the form that the service shows others in, as PEM text where it shows none."""
    shown = next((one.written for one in others if one.understood and one.written), "")
    if not shown or ONE.fullmatch(shown):
        return certificate.pem
    within, bare = _in_base64(certificate.pem)
    return within if BEGIN.encode() in (_from_base64(shown) or b"") else bare


def in_other_forms(texts: t.Iterable[str]) -> list[tuple[str, ...]]:
    """Return certificates that are PEM texts in the two other forms, each for all of them."""
    return list(zip(*map(_in_base64, texts), strict=True))


def _in_base64(pem: str) -> tuple[str, str]:
    """Return base64 of PEM text, and base64 of the bare DER."""
    return base64.b64encode(pem.encode()).decode(), "".join(_body(pem).split())


def is_private(text: str) -> bool:
    """Return whether a text holds a private key: marked as one, or in base64, which may be in base64 itself."""
    for _depth in range(DEEPEST):
        if PRIVATE.search(text):
            return True
        content = _from_base64(_body(text))
        if content is None or len(content) < SHORTEST_KEY:
            return False
        if _is_private_der(content):
            return True
        text = content.decode("latin-1")
    return False


def without_private_keys(value: t.Any, where: str, tell: t.Callable[[str, str], None]) -> t.Any:
    """Return a value of any kind with TAKEN_OUT in place of the private keys in it; each is told of with its place.
    Those that are keys of dictionaries are left out with what stands under them.
    """
    if isinstance(value, str):
        if not is_private(value):
            return value
        tell(where, IS_PRIVATE)
        return TAKEN_OUT
    if isinstance(value, dict):
        kept = {}
        for key, inner in value.items():
            if isinstance(key, str) and is_private(key):
                tell(where, IS_PRIVATE)
            else:
                kept[key] = without_private_keys(inner, f"{where}.{key}", tell)
        return kept
    if isinstance(value, (list, tuple)):
        return [without_private_keys(inner, f"{where}[{index}]", tell) for index, inner in enumerate(value)]
    return value


def _body(text: str) -> str:
    """Return what stands between marks, where there are some, since anything may call itself a certificate."""
    found = ONE.fullmatch(text)
    return found[1] if found else text


def _from_base64(text: str) -> bytes | None:
    bare = "".join(text.split())
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


@functools.lru_cache(maxsize=1024)
def _from_der(der: bytes, written: str) -> Certificate | None:
    """Return the certificate that these bytes are, None where they are none."""
    try:
        [(tag, whole)] = _parts(der)
        if tag != SEQUENCE:
            return None
        (tag, content), _algorithm, _signature = _parts(whole)
        fields = list(_parts(content))
        if fields and fields[0][0] == VERSION:
            del fields[0]
        (serial, _number), _signing, _issuer, (validity, times), _subject, *_more = fields
        if tag != SEQUENCE or serial != INTEGER or validity != SEQUENCE:
            return None
        not_before, not_after = (_time(*one) for one in _parts(times))
    except ValueError:
        return None
    lines = re.findall(".{1,64}", base64.b64encode(der).decode())
    pem = "\n".join([BEGIN, *lines, END, ""])
    return Certificate(hashlib.sha256(der).hexdigest(), not_before, not_after, pem, written)


def _is_private_der(content: bytes) -> bool:
    """Return whether these bytes are a private key: of PKCS #1, PKCS #8 (encrypted, too) or SEC 1, or a PKCS #12 file.

    All but the encrypted one begin with the number of their version, and a certificate does not.
    """
    try:
        [(tag, whole)] = _parts(content)
        (first, inner), *more = _parts(whole)
        if tag != SEQUENCE or not more:
            return False
        encrypted = first == SEQUENCE and more[0][0] == OCTETS and next(_parts(inner))[0] == OBJECT_IDENTIFIER
        return first == INTEGER or encrypted
    except (ValueError, StopIteration):
        return False


def _parts(content: bytes) -> t.Iterator[tuple[int, bytes]]:
    """Yield the tag and the content of each part; ValueError where it is no DER."""
    at = 0
    while at < len(content):
        if len(content) < at + 2:
            raise ValueError("cut off")
        tag, length = content[at], content[at + 1]
        at += 2
        if tag & 0x1F == 0x1F or length == 0x80:
            raise ValueError("long tags and lengths that are not known do not occur here")
        if length > 0x80:
            size = length - 0x80
            length = int.from_bytes(content[at : at + size], "big")
            at += size
        if at + length > len(content):
            raise ValueError("cut off")
        yield tag, content[at : at + length]
        at += length


def _time(tag: int, content: bytes) -> dt.datetime:
    """Return a time of a certificate; ValueError where it is none. Years of two digits are those from 1950 to 2049."""
    found = TIMES[tag].fullmatch(content) if tag in TIMES else None
    if not found:
        raise ValueError("no time of a certificate")
    year = int(found[1])
    if tag == 0x17:
        year += 1900 if year >= 50 else 2000
    rest = found[2].decode()
    month, day, hour, minute, second = (int(rest[at : at + 2]) for at in range(0, 10, 2))
    return dt.datetime(year, month, day, hour, minute, second, tzinfo=dt.timezone.utc)
