"""However a person writes it, one e-mail, one number and one address each have one form."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skeletal.errors import InvalidInput
from skeletal.rules.contacts import address as ip_address
from skeletal.rules.contacts import email, phone, url

ONE_ACCOUNT = ["a@x.com", "A@x.com", "a@X.COM", " a@x.com ", "a@x.com\n", "a@x。com", "a@ｘ.com"]
NO_EMAIL = [
    "", "a", "@", "a@", "@x.com", "a@x", "a@localhost", "a b@x.com", "a@x .com", '"a"@x.com',
    "a@[127.0.0.1]", "a@127.0.0.1", "a@x..com", "a@.com", "a@x.com.", ".a@x.com", "a.@x.com",
    "a..b@x.com", "a@@x.com", "a@b@x.com", "a@-x.com", "a@x-.com", "a@x.c", "a@x.123", "a,b@x.com",
    "a@x.com\0", "a\0@x.com", "a\n@x.com", "\ud800@x.com", "a@\ud800.com", "<a@x.com>", "a@x.com,",
    "é@x.com", "ａ@x.com", "\u212a@x.com", "ı@x.com", "محمد@x.com", "a＠x.com", "a@xn--a.com",
    "a" * 65 + "@x.com", "a@" + "b" * 64 + ".com", "a" * 64 + "@" + "b.c" * 80 + ".com",
    "a@" + "ü" * 250 + ".de", "a@" + "x." * 100_000 + "com",
]  # fmt: skip
NO_URL = [
    "", "example.com", "//example.com", "http:", "http://", "http:///x", "http://x", "http://[",
    "javascript:alert(1)", "JavaScript://example.com/%0aalert(1)", "file:///etc/passwd",
    "data:text/html,x", "ftp://example.com", "vbscript:x", "http:example.com",
    "http://user@example.com", "http://user:pass@example.com", "http://@example.com",
    "http://example.com\\@evil.example", "http://example.com/a b", "http://exam ple.com",
    "http://ex\nample.com", "http://example.com/\tx", "http://example.com/\0", "java\nscript:x",
    "http://example.com/\u202egnp.exe", "http://example.com/\ud800", 'http://example.com/"><script>',
    "http://127.0.0.1/", "http://2130706433/", "http://0x7f.1/", "http://[::1]/", "http://0177.1",
    "http://localhost/", "http://example.com:0/", "http://example.com:65536/", "http://example.com:x",
    "http://-example.com", "http://example..com", "http://example.com./", "http://xn--a.com/",
    "http://a℀b.com", "http://" + "a" * 64 + ".com", "http://" + "a." * 130 + "com",
    "http://example.com/" + "a" * 2048,
]  # fmt: skip


@pytest.mark.parametrize("written", ONE_ACCOUNT)
def test_an_address_is_one_account_however_it_is_written(written: str) -> None:
    assert email(written) == "a@x.com"


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("First.Last+tag@Example.co.uk", "first.last+tag@example.co.uk"),
        ("o'neil!#$%&*/=?^_`{|}~-@x.com", "o'neil!#$%&*/=?^_`{|}~-@x.com"),
        ("a@BÜCHER.de", "a@xn--bcher-kva.de"),
        ("a@xn--bcher-kva.de", "a@xn--bcher-kva.de"),
        ("a@بريد.مصر", "a@xn--ngbof4h.xn--wgbh1c"),
        ("a" * 64 + "@x.com", "a" * 64 + "@x.com"),
    ],
)
def test_an_address_has_one_form(written: str, address: str) -> None:
    assert email(written) == address == email(address)


def test_addresses_that_differ_stay_apart() -> None:
    written = ["ab@x.com", "a.b@x.com", "a+b@x.com", "ab@x.co", "ab@раураl.com", "ab@paypal.com"]
    assert len(set(map(email, written))) == len(written)


@pytest.mark.parametrize("written", NO_EMAIL, ids=lambda text: ascii(text)[:30])
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        email(written, field="mail")
    assert refusal.value.context == {"field": "mail"}


def test_every_region_has_one_form_of_a_number(data: Path) -> None:
    with (data / "phones" / "e164-examples.tsv").open(encoding="utf-8", newline="") as file:
        examples = list(csv.DictReader(file, delimiter="\t"))
    assert len(examples) == 489
    for example in examples:
        number = example["e164"]
        assert phone(number) == number
        assert phone(example["national_form"], region=example["region"]) == number
        assert len(number) <= 16


@pytest.mark.parametrize(
    "written",
    [
        "+201001234567", "+20 100 123 4567", "(+20) 100-123-4567", "00201001234567", "01001234567",
        "٠١٠٠١٢٣٤٥٦٧", "+٢٠١٠٠١٢٣٤٥٦٧", "۰۱۰۰۱۲۳۴۵۶۷", "０１００１２３４５６７",
        "\u202a+20 100 123 4567\u202c",
    ],
)  # fmt: skip
def test_an_egyptian_number_is_one_however_it_is_written(written: str) -> None:
    assert phone(written, region="EG") == phone(written, region="eg") == "+201001234567"


@pytest.mark.parametrize(
    "written",
    [
        "", "+", "0", "12", "+999123456789",
        "01001234567", "+20100123456", "+20100123456789", "abc",
        "+1 800 FLOWERS", "tel:+201001234567", "+201001234567 ext 5", "+201001234567;ext=5",
        "+201001234567x5", "+201001234567\0", "+20100\n1234567", "+" + "1" * 10_000,
    ],
    ids=lambda text: ascii(text)[:30],
)  # fmt: skip
def test_what_is_no_number_is_refused(written: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        phone(written, field="mobile")
    assert refusal.value.context == {"field": "mobile"}


def test_a_region_that_nobody_knows_is_refused() -> None:
    with pytest.raises(InvalidInput):
        phone("01001234567", region="ZZ")


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("https://example.com", "https://example.com"),
        (" HTTPS://Example.COM/A?b=C#D ", "https://example.com/A?b=C#D"),
        ("http://example.com:8080/", "http://example.com:8080/"),
        ("http://my_files.s3.example.com/x", "http://my_files.s3.example.com/x"),
        ("http://بريد.مصر/مرحبا?س=١#ب", "http://xn--ngbof4h.xn--wgbh1c/مرحبا?س=١#ب"),
        ("http://example.com/می\u200cخواهم", "http://example.com/می\u200cخواهم"),
        ("http://ｅxample.com", "http://example.com"),
        (
            "https://example.com/@user;a=b,c!$&'()*+[]%20",
            "https://example.com/@user;a=b,c!$&'()*+[]%20",
        ),
        ("https://example.com/" + "a" * 2028, "https://example.com/" + "a" * 2028),
    ],
    ids=lambda text: ascii(text)[:40],
)
def test_a_link_has_one_form(written: str, address: str) -> None:
    assert url(written) == address == url(address)


@pytest.mark.parametrize("written", NO_URL, ids=lambda text: ascii(text)[:40])
def test_what_is_no_link_is_refused(written: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        url(written, field="avatar_url")
    assert refusal.value.context == {"field": "avatar_url"}


@pytest.mark.parametrize("rule", [email, phone, url])
@pytest.mark.parametrize("value", [None, 5, b"a@x.com", ["a@x.com"]])
def test_only_a_text_is_a_contact(rule: object, value: object) -> None:
    assert callable(rule)
    with pytest.raises(InvalidInput):
        rule(value)


@given(text=st.text() | st.from_regex(r"[a-zA-Z.+]{1,9}@[a-zA-Zé٠.-]{1,12}\.[a-z]{2}"))
def test_an_address_that_passes_is_settled(text: str) -> None:
    try:
        address = email(text)
    except InvalidInput:
        return
    assert email(address) == address
    assert address.isascii()
    assert address == address.lower()


@given(text=st.from_regex(r"https?://[^\x00]{0,20}\.(com|مصر)[^\x00]{0,20}", fullmatch=True))
def test_a_link_that_passes_is_settled(text: str) -> None:
    try:
        address = url(text)
    except InvalidInput:
        return
    assert url(address) == address
    assert address.startswith(("http://", "https://"))


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:DB8::0:1", "2001:db8::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::1"),
    ],
)
def test_an_ip_address_has_one_form(written: str, address: str) -> None:
    assert ip_address(written) == address


@pytest.mark.parametrize("written", ["", "192.0.2", "192.0.2.256", "x", "\0", 7, None, b"::1"])
def test_what_is_no_ip_address_is_refused(written: object) -> None:
    with pytest.raises(InvalidInput):
        ip_address(written)
