# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificates read by hand, compared with what a library for them says, and private keys that are taken for none."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import pkcs12
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._sso.certificates import (
    IS_PRIVATE,
    TAKEN_OUT,
    as_written_like,
    from_input,
    from_reply,
    is_private,
    without_private_keys,
)
from ansible_collections.orgops.elastic_cloud.tests.unit.certificates import KEYS, make, text_of

UTC = dt.timezone.utc
PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER
FORMS = {
    "pem": lambda pem, _der: pem,
    "base64 of pem": lambda pem, _der: base64.b64encode(pem.encode()).decode(),
    "base64 of der": lambda _pem, der: base64.b64encode(der).decode(),
    "base64 in lines": lambda _pem, der: base64.encodebytes(der).decode(),
}
moments = st.datetimes(dt.datetime(1950, 1, 1), dt.datetime(9999, 12, 31)).map(lambda one: one.replace(microsecond=0))


@given(key=st.sampled_from(KEYS), times=st.tuples(moments, moments).map(sorted), name=st.text("abc é", min_size=1))
def test_fingerprint_and_times_are_those_that_a_library_reads(key: Any, times: Any, name: str) -> None:
    made = make(key, *times, name)
    for form in FORMS.values():
        read = from_reply(form(text_of(made), made.public_bytes(DER)))
        assert read.fingerprint == made.fingerprint(hashes.SHA256()).hex()
        assert (read.not_before, read.not_after) == (made.not_valid_before_utc, made.not_valid_after_utc)
        assert x509.load_pem_x509_certificate(read.pem.encode()) == made
    typed, wrong = from_input(text_of(made))
    assert (typed, wrong) == (read, "")


@pytest.mark.parametrize("form", FORMS)
def test_a_new_certificate_is_written_in_the_form_of_those_that_are_there(form: str) -> None:
    old, new = make(), make(name="new")
    shown = from_reply(FORMS[form](text_of(old), old.public_bytes(DER)))
    wanted, _wrong = from_input(text_of(new))
    assert wanted
    written = as_written_like(wanted, [shown])
    expected = FORMS[form](text_of(new), new.public_bytes(DER))
    assert "".join(written.split()) == "".join(expected.split())
    assert from_reply(written) == wanted


def test_where_none_is_shown_it_is_written_as_pem_text() -> None:
    wanted, _wrong = from_input(text_of(make()))
    assert wanted
    assert as_written_like(wanted, []) == wanted.pem
    assert as_written_like(wanted, [from_reply("what is this")]) == wanted.pem


WHOLE = make().public_bytes(DER)


@given(st.data())
def test_what_is_cut_off_or_garbled_is_no_certificate_and_no_error(data: Any) -> None:
    der = bytearray(WHOLE)
    if data.draw(st.booleans()):
        del der[data.draw(st.integers(0, len(der) - 1)) :]
        assert not from_reply(base64.b64encode(bytes(der)).decode()).understood
    else:
        der[data.draw(st.integers(0, len(der) - 1))] ^= data.draw(st.integers(1, 255))
    from_reply(base64.b64encode(bytes(der)).decode())


@given(st.text() | st.binary().map(lambda some: base64.b64encode(some).decode()))
def test_whatever_the_service_says_is_kept_and_compares(text: str) -> None:
    read = from_reply(text)
    assert read == from_reply(text)
    assert read.written == text
    assert not read.understood
    assert not read.expired(dt.datetime.max.replace(tzinfo=UTC))
    assert not read.valid(dt.datetime(2026, 1, 1, tzinfo=UTC))
    is_private(text)


def test_validity() -> None:
    begins, ends = dt.datetime(2026, 1, 1), dt.datetime(2026, 6, 1)
    read = from_reply(text_of(make(begins=begins, ends=ends)))
    second = dt.timedelta(seconds=1)
    assert [read.valid(at.replace(tzinfo=UTC)) for at in (begins - second, begins, ends, ends + second)] == [
        False,
        True,
        True,
        False,
    ]
    assert [read.expired(at.replace(tzinfo=UTC)) for at in (begins - second, ends, ends + second)] == [
        False,
        False,
        True,
    ]


def private_texts() -> list[tuple[str, str]]:
    plain = serialization.NoEncryption()
    locked = serialization.BestAvailableEncryption(b"secret")
    traditional, pkcs8 = serialization.PrivateFormat.TraditionalOpenSSL, serialization.PrivateFormat.PKCS8
    found = []
    for key in KEYS:
        kind = type(key).__name__
        kinds = [(pkcs8, plain), (pkcs8, locked)]
        if not isinstance(key, ed25519.Ed25519PrivateKey):
            kinds.append((traditional, plain))
        for form, encryption in kinds:
            name = f"{kind}-{'PKCS8' if form is pkcs8 else 'traditional'}-{type(encryption).__name__}"
            pem = key.private_bytes(PEM, form, encryption).decode()
            found.append((f"{name}-pem", pem))
            found.append((f"{name}-base64 of pem", base64.b64encode(pem.encode()).decode()))
            found.append((f"{name}-base64 of base64", base64.b64encode(base64.b64encode(pem.encode())).decode()))
            found.append((f"{name}-base64", base64.b64encode(key.private_bytes(DER, form, encryption)).decode()))
            found.append((f"{name}-beside", text_of(make(key)) + pem))
            found.append((f"{name}-one line", " ".join(pem.split("\n"))))
            body = "".join(pem.split("\n")[1:-2])
            found.append(
                (f"{name}-called a certificate", f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----")
            )
    stored = pkcs12.serialize_key_and_certificates(b"idp", KEYS[0], make(), None, plain)
    return [*found, ("pkcs12", base64.b64encode(stored).decode())]


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in private_texts()])
def test_a_private_key_is_told_from_a_certificate_and_not_shown(text: str) -> None:
    assert is_private(text)
    assert from_input(text) == (None, IS_PRIVATE)
    told: list[tuple[str, str]] = []
    definition = {"issuer": "urn:idp", "list": [text], text: 1, "deep": {"sso_url": text}}
    kept = without_private_keys(definition, "idp", lambda *one: told.append(one))
    assert kept == {"issuer": "urn:idp", "list": [TAKEN_OUT], "deep": {"sso_url": TAKEN_OUT}}
    assert [where for where, _what in told] == ["idp.list[0]", "idp", "idp.deep.sso_url"]
    assert not any(text in f"{where}{what}" for where, what in told)


@settings(max_examples=20)
@given(st.sampled_from(KEYS))
def test_a_certificate_is_no_private_key(key: Any) -> None:
    made = make(key)
    assert not any(is_private(form(text_of(made), made.public_bytes(DER))) for form in FORMS.values())


@pytest.mark.parametrize(
    "text", ["Private Key Custodians", "https://idp.example.com/sso", "a" * 64, hashlib.sha256().hexdigest(), ""]
)
def test_other_text_is_no_private_key(text: str) -> None:
    assert not is_private(text)
    assert without_private_keys({"a": [text, 1, None, True]}, "x", pytest.fail) == {"a": [text, 1, None, True]}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "must be a certificate as PEM text"),
        (17, "must be a certificate as PEM text"),
        ("", "is no certificate as PEM text"),
        ("MIIB", "is no certificate as PEM text"),
        (base64.b64encode(make().public_bytes(DER)).decode(), "is no certificate as PEM text"),
        (text_of(make()) + text_of(make()), "holds 2 certificates"),
        (text_of(make()) + "more", "holds something beside the certificate"),
        ("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----", "was it copied completely?"),
    ],
)
def test_what_is_refused(text: Any, words: str) -> None:
    certificate, wrong = from_input(text)
    assert certificate is None
    assert words in wrong


def test_a_certificate_that_a_survey_has_put_on_one_line_is_one() -> None:
    made = text_of(make())
    certificate, _wrong = from_input(f"  {' '.join(made.split(chr(10)))}  ")
    assert certificate == from_reply(made)
    assert certificate.pem == made
