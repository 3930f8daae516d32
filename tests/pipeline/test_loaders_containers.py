from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from email.message import EmailMessage

import pytest

from memctx.pipeline.loaders import Limits
from memctx.records import Document, Skipped

LoadFile = Callable[..., list[Document | Skipped]]


def texts(loaded: list[Document | Skipped]) -> dict[str, str]:
    return {item.key: item.text for item in loaded if isinstance(item, Document)}


def reasons(loaded: list[Document | Skipped]) -> dict[str, str]:
    return {item.key: item.reason for item in loaded if isinstance(item, Skipped)}


def zipped(files: dict[str, str | bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def encrypted(data: bytes) -> bytes:
    """The same archive with the flag of encryption set on every member."""
    marked = bytearray(data)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = marked.find(mark)
        while at >= 0:
            marked[at + offset] |= 1
            at = marked.find(mark, at + 1)
    return bytes(marked)


# --- zip --------------------------------------------------------------------------


def test_a_zip_folder_gives_its_files_below_its_own_key(load_file: LoadFile) -> None:
    data = zipped({"读我.md": "# 标题", "sub/a.txt": "one", "sub/b.py": "x = 1", "sub/": ""})
    loaded = load_file("a.zip", data)
    assert texts(loaded) == {
        "a.zip/读我.md": "# 标题",
        "a.zip/sub/a.txt": "one",
        "a.zip/sub/b.py": "x = 1",
    }
    document = loaded[0]
    assert isinstance(document, Document)
    assert (document.title, document.kind) == ("标题", "markdown")
    assert document.uri.endswith("/a.zip")


def test_what_a_folder_would_pass_over_or_skip_a_zip_does_too(load_file: LoadFile) -> None:
    data = zipped(
        {".git/x.md": "x", "__MACOSX/a.txt": "x", "p.png": b"x", "a.txt": "", "b.txt": "b"}
    )
    loaded = load_file("a.zip", data)
    assert texts(loaded) == {"a.zip/b.txt": "b"}
    assert reasons(loaded) == {"a.zip/p.png": ".png files are not read", "a.zip/a.txt": "is empty"}


def test_jsonl_in_a_zip_keeps_its_own_keys(load_file: LoadFile) -> None:
    assert texts(load_file("a.zip", zipped({"c.jsonl": '{"id": 1, "text": "x"}'}))) == {"1": "x"}


@pytest.mark.parametrize(
    "name", ["../evil.txt", "/etc/evil.txt", "a/../../b.txt", "C:/x.txt", "..\\x"]
)
def test_members_outside_the_archive_are_skipped(load_file: LoadFile, name: str) -> None:
    loaded = load_file("a.zip", zipped({name: "evil", "good.txt": "good"}))
    assert texts(loaded) == {"a.zip/good.txt": "good"}
    assert list(reasons(loaded).values()) == ["has a path outside the archive"]


def test_names_in_gbk_are_read(load_file: LoadFile) -> None:
    # "XXXXXX.txt" is what stands in the archive for six bytes of GBK, unmarked.
    data = zipped({"XXXXXX.txt": "text"}).replace(b"XXXXXX", "天文台".encode("gbk"))
    assert list(texts(load_file("a.zip", data))) == ["a.zip/天文台.txt"]


def test_links_and_repeated_names_in_a_zip_are_skipped(load_file: LoadFile) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        link = zipfile.ZipInfo("link.txt")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("a.txt", "first")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.txt", "second")
    loaded = load_file("a.zip", stream.getvalue())
    assert texts(loaded) == {"a.zip/a.txt": "first"}
    assert reasons(loaded) == {
        "a.zip/link.txt": "is a symlink, which archives may not hold",
        "a.zip/a.txt": "is in the archive twice; the first was read",
    }


def test_an_encrypted_zip_is_skipped_with_advice(load_file: LoadFile) -> None:
    assert load_file("a.zip", encrypted(zipped({"a.txt": "x", "b.txt": "y"}))) == [
        Skipped("a.zip", "is encrypted; unpack it, or make it again without password")
    ]


def test_a_broken_member_is_skipped_and_the_others_are_read(load_file: LoadFile) -> None:
    data = zipped({"a.txt": "first " * 99, "b.txt": "second"})
    at = data.index(b"a.txt") + 12
    loaded = load_file("a.zip", data[:at] + b"\xff\xff\xff" + data[at + 3 :])
    assert texts(loaded) == {"a.zip/b.txt": "second"}
    assert reasons(loaded)["a.zip/a.txt"].startswith("is not a readable txt file: ")


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 cut off", b"no archive"])
def test_a_broken_zip_is_skipped(load_file: LoadFile, data: bytes) -> None:
    assert reasons(load_file("a.zip", data))["a.zip"].startswith("is not a readable zip archive")


def test_an_empty_zip_is_skipped(load_file: LoadFile) -> None:
    assert load_file("a.zip", zipped({})) == [Skipped("a.zip", "is empty")]


def test_a_zip_bomb_is_skipped_unopened(load_file: LoadFile) -> None:
    data = zipped({"a.txt": b"0" * 50_000_000})
    (skipped,) = load_file("a.zip", data)
    assert isinstance(skipped, Skipped)
    assert skipped.reason.endswith("-fold to 50 MB, more than 200-fold: a zip bomb, or padding")


def test_an_office_file_that_is_a_bomb_is_skipped_unopened(load_file: LoadFile) -> None:
    data = zipped({"[Content_Types].xml": b" " * 50_000_000})
    for suffix in ("docx", "pptx", "xlsx", "epub"):
        (skipped,) = load_file(f"a.{suffix}", data)
        assert isinstance(skipped, Skipped)
        assert "a zip bomb" in skipped.reason


def test_a_zip_of_too_many_files_or_bytes_is_skipped(load_file: LoadFile) -> None:
    data = zipped({f"{number}.txt": "text" * 10 for number in range(10)})
    few, small = Limits(archive_members=9), Limits(archive_bytes=399)
    assert load_file("a.zip", data, few) == [Skipped("a.zip", "holds more than 9 files")]
    assert load_file("a.zip", data, small) == [Skipped("a.zip", "expands to more than 399 bytes")]
    assert len(texts(load_file("a.zip", data, Limits(archive_members=10, archive_bytes=400)))) == 10


def test_the_limits_count_what_zips_within_a_zip_hold(load_file: LoadFile) -> None:
    inner = zipped({"a.txt": "x" * 100})
    data = zipped({"1.zip": inner, "2.zip": inner})
    limits = Limits(archive_bytes=2 * len(inner) + 150)
    loaded = load_file("a.zip", data, limits)
    assert texts(loaded) == {"a.zip/1.zip/a.txt": "x" * 100}
    assert reasons(loaded)["a.zip/2.zip"].startswith("expands to more than")


def test_zips_nest_only_so_deep(load_file: LoadFile) -> None:
    data = zipped({"a.txt": "core"})
    for _ in range(3):
        data = zipped({"in.zip": data})
    assert texts(load_file("a.zip", data, Limits(depth=4)))
    assert reasons(load_file("a.zip", data)) == {
        "a.zip/in.zip/in.zip/in.zip": "lies more than 3 archives deep"
    }


def test_a_member_over_the_limit_is_skipped(load_file: LoadFile) -> None:
    loaded = load_file("a.zip", zipped({"a.txt": "x" * 99, "b.txt": "y"}), Limits(file_bytes=98))
    assert texts(loaded) == {"a.zip/b.txt": "y"}
    assert reasons(loaded) == {"a.zip/a.txt": "is 99 bytes, over the limit of 98 bytes a file"}


# --- mail -------------------------------------------------------------------------


@pytest.fixture
def mail() -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"] = "关于天文台"
    mail["From"] = "林清远 <lin@example.org>"
    mail["To"] = "Ann Lee <ann@example.org>"
    mail["Date"] = "Sun, 01 May 1932 12:00:00 +0800"
    mail["Message-ID"] = "<1@example.org>"
    mail.set_content("Dear Ann,\n\n望远镜到了。\n")
    return mail


def test_a_mail_shows_its_head_and_its_text(load_file: LoadFile, mail: EmailMessage) -> None:
    (document,) = load_file("a.eml", mail.as_bytes())
    assert isinstance(document, Document)
    assert document.text == (
        "关于天文台\n\nFrom: 林清远 <lin@example.org>\nTo: Ann Lee <ann@example.org>\n"
        "Date: Sun, 01 May 1932 12:00:00 +0800\n\nDear Ann,\n\n望远镜到了。"
    )
    assert document.title == document.headings[0].title == "关于天文台"
    assert document.metadata == {
        "from": "林清远 <lin@example.org>",
        "to": "Ann Lee <ann@example.org>",
        "date": "1932-05-01T12:00:00+08:00",
        "message_id": "<1@example.org>",
    }


def test_attachments_are_documents_of_their_own(load_file: LoadFile, mail: EmailMessage) -> None:
    mail.add_attachment("# 笔记", filename="笔记.md")
    mail.add_attachment("again", filename="笔记.md")
    mail.add_attachment(zipped({"in.txt": "zipped"}), "application", "zip", filename="a.zip")
    mail.add_attachment(b"\x89PNG", "image", "png", filename="x.png")
    mail.add_attachment("nameless")
    inner = EmailMessage()
    inner["Subject"] = "Inner"
    inner.set_content("words")
    mail.add_attachment(inner)
    loaded = load_file("a.eml", mail.as_bytes())
    found = texts(loaded)
    found.pop("a.eml")
    assert found == {
        "a.eml/笔记.md": "# 笔记\n",
        "a.eml/2-笔记.md": "again\n",
        "a.eml/a.zip/in.txt": "zipped",
        "a.eml/attachment-5.txt": "nameless\n",
        "a.eml/attachment-6.eml": "Inner\n\nwords",
    }
    assert reasons(loaded) == {"a.eml/x.png": ".png files are not read"}


def test_a_mail_in_html_is_read_and_its_pictures_are_not(
    load_file: LoadFile, mail: EmailMessage
) -> None:
    mail.set_content("<p>Dear <b>Ann</b></p><img src='cid:1'>", subtype="html")
    mail.add_related(b"\x89PNG", "image", "png", cid="<1>")
    loaded = load_file("a.eml", mail.as_bytes())
    (text,) = texts(loaded).values()
    assert text.endswith("+0800\n\nDear Ann")
    assert not reasons(loaded)


def test_plain_text_is_preferred_to_html(load_file: LoadFile, mail: EmailMessage) -> None:
    mail.add_alternative("<p>HTML</p>", subtype="html")
    (text,) = texts(load_file("a.eml", mail.as_bytes())).values()
    assert text.endswith("望远镜到了。")


@pytest.mark.parametrize("charset", ["gb2312", "gbk", "nonsense", "us-ascii"])
def test_chinese_mails_are_read_whatever_they_declare(load_file: LoadFile, charset: str) -> None:
    head = f"Subject: 天文台消息\nFrom: a@b.c\nContent-Type: text/plain; charset={charset}\n\n"
    body = "望远镜终于到了，朱镕基路的仪器也到了。"  # the name is beyond GB 2312
    (text,) = texts(load_file("a.eml", (head + body).encode("gbk"))).values()
    assert text == f"天文台消息\n\nFrom: a@b.c\n\n{body}"


def test_what_is_no_mail_is_skipped(load_file: LoadFile) -> None:
    assert load_file("a.eml", "Just some text.\n\nMore.") == [
        Skipped("a.eml", "is no mail: it has no head")
    ]


def test_a_mail_to_thousands_is_read(load_file: LoadFile) -> None:
    to = ", ".join(f"person{number}@example.org" for number in range(5_000))
    (text,) = texts(load_file("a.eml", f"Subject: All\nTo: {to}\n\nHello.")).values()
    assert text == f"All\n\nTo: {to}\n\nHello."
