"""The email app."""

from __future__ import annotations

from email import message_from_bytes, policy
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmem.office.formats.html import html_text
from procmem.office.formats.mails import parsed
from tests.desk import Desk

DASHES = "-" * 50


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk.open(tmp_path)


def send(desk: Desk, recipient: str = "Bob", subject: str = "Report", **more: object) -> str:
    return desk.says("email_send_email", sender="Dana", recipient=recipient, subject=subject, content="Hi Bob", **more)


def test_a_mail_is_a_real_one_with_the_frozen_clock_in_both_mailboxes(desk: Desk) -> None:
    assert send(desk) == "Successfully sent email to Bob."
    assert desk.office.files() == ("emails/Bob/Report.eml", "emails/Dana/Report.eml")
    data = (desk.office.root / "emails" / "Bob" / "Report.eml").read_bytes()
    assert data.decode().splitlines() == [
        "From: Dana@example.com",
        "To: Bob@example.com",
        "Subject: Report",
        "Date: Fri, 17 May 2024 10:00:00 -0000",
        "Message-ID: <2b4b5b0357ec451b1c813a5c@example.com>",
        'Content-Type: text/plain; charset="utf-8"',
        "Content-Transfer-Encoding: 7bit",
        "MIME-Version: 1.0",
        "",
        "Hi Bob",
    ]


def test_the_same_mail_sent_twice_overwrites_nothing_and_differs_in_its_id(desk: Desk) -> None:
    send(desk)
    send(desk)
    files = desk.office.files()
    assert files == (
        "emails/Bob/Report (2).eml",
        "emails/Bob/Report.eml",
        "emails/Dana/Report (2).eml",
        "emails/Dana/Report.eml",
    )
    mails = [parsed((desk.office.root / name).read_bytes(), name) for name in files]
    assert mails[0].message_id == mails[2].message_id != mails[1].message_id == mails[3].message_id


def test_several_recipients_each_get_a_copy_and_known_folders_are_found_in_any_case(desk: Desk) -> None:
    (desk.office.root / "emails" / "bob").mkdir()
    send(desk, "BOB, Ann Lee <ann@shop.org>; Eve, ")
    assert desk.office.files() == (
        "emails/Dana/Report.eml",
        "emails/Eve/Report.eml",
        "emails/ann/Report.eml",
        "emails/bob/Report.eml",
    )
    assert "To: BOB@example.com, ann@shop.org, Eve@example.com" in desk.says(
        "email_read_email", username="eve", email_id="report"
    )


def test_a_mail_to_oneself_is_one_mail(desk: Desk) -> None:
    send(desk, "dana")
    assert desk.office.files() == ("emails/Dana/Report.eml",)


@pytest.mark.parametrize(
    ("subject", "file"),
    [
        ('Re: Q1/Q2 "final"', "Re Q1 Q2 final.eml"),
        ("../../etc/passwd", "etc passwd.eml"),
        ("It's done.", "It s done.eml"),
        ("CON", "the CON.eml"),
        ("\u202egnp.exe", "gnp.exe.eml"),
        ("???", "the.eml"),
        ("Größe " * 60, None),
    ],
)
def test_the_subject_is_kept_and_the_file_name_made_fit(desk: Desk, subject: str, file: str | None) -> None:
    send(desk, subject=subject)
    names = {name.rsplit("/", 1)[-1] for name in desk.office.files()}
    assert names == {file} if file else all(len(name.encode()) <= 204 for name in names)
    assert f"Subject: {' '.join(subject.split())}\n" in desk.says(
        "email_list_emails", username="Bob"
    ) or subject.startswith("\u202e")


@given(subject=st.text(min_size=1, max_size=300).filter(lambda text: bool(text.split())), content=st.text(max_size=300))
def test_any_text_can_be_sent_and_stays_in_the_mailboxes(
    tmp_path_factory: pytest.TempPathFactory, subject: str, content: str
) -> None:
    desk = Desk.open(tmp_path_factory.mktemp("mail"))
    desk.says("email_send_email", sender="Dana", recipient="Bob", subject=subject, content=content)
    assert [name.rsplit("/", 1)[0] for name in desk.office.files()] == ["emails/Bob", "emails/Dana"]
    name = desk.office.files()[0].rsplit("/", 1)[-1]
    assert desk.says("email_read_email", username="Bob", email_id=name).startswith("Successfully read email")


def test_mailboxes_are_listed_as_officebench_does(desk: Desk) -> None:
    desk.put(
        "emails/Bob/rental.eml", "From: Glen@gmail.com\nTo: Bob@gmail.com\nSubject: Rent\n\nThe rent is due on Monday."
    )
    send(desk)
    assert desk.says("email_list_emails", username="bob") == (
        "Successfully list emails for bob:\n"
        "Email ID: Report.eml\nFrom: Dana@example.com\nTo: Bob@example.com\nSubject: Report\n"
        f"Date: 2024-05-17 10:00:00\nContent: Hi Bob\n{DASHES}\n"
        "Email ID: rental.eml\nFrom: Glen@gmail.com\nTo: Bob@gmail.com\nSubject: Rent\n"
        f"Content: The rent is due on M...\n{DASHES}"
    )
    assert desk.says("email_list_emails", username="Dana").count("Email ID") == 1
    (desk.office.root / "emails" / "Eve").mkdir()
    assert desk.says("email_list_emails", username="Eve") == "No emails found for Eve."
    assert desk.refuses("email_list_emails", username="Zoe") == (
        "Failed to list emails for Zoe. There is no user 'Zoe'. The known users are: Bob, Dana, Eve."
    )


def test_a_broken_mail_does_not_hide_the_others(desk: Desk) -> None:
    send(desk)
    desk.put("emails/Bob/empty.eml", "")
    text = desk.says("email_list_emails", username="Bob")
    assert "Email ID: Report.eml" in text
    assert "Content: [emails/Bob/empty.eml is empty; it is no mail.]" in text
    assert desk.refuses("email_read_email", username="Bob", email_id="empty") == (
        "emails/Bob/empty.eml is empty; it is no mail."
    )


def test_an_unknown_mail_is_answered_with_those_there_are(desk: Desk) -> None:
    send(desk)
    assert desk.refuses("email_read_email", username="Bob", email_id="Reprot.eml") == (
        "Failed to read email Reprot.eml for Bob. There is no such email. The Email IDs are: Report.eml."
    )


def test_a_reply_goes_to_the_sender_and_names_the_mail_it_answers(desk: Desk) -> None:
    send(desk, "Bob, Ann")
    assert desk.says("email_reply_email", username="Bob", email_id="Report", content="Thanks") == (
        "Successfully replied to Dana@example.com with the subject Re: Report."
    )
    first = parsed((desk.office.root / "emails" / "Dana" / "Report.eml").read_bytes(), "")
    reply = message_from_bytes(
        (desk.office.root / "emails" / "Dana" / "Re Report.eml").read_bytes(), policy=policy.default
    )
    assert (reply["In-Reply-To"], reply["References"]) == (first.message_id, first.message_id)
    desk.says("email_reply_email", username="Dana", email_id="Re Report", content="Welcome")
    assert sorted(name for name in desk.office.files() if "/Bob/" in name) == [
        "emails/Bob/Re Report (2).eml",
        "emails/Bob/Re Report.eml",
        "emails/Bob/Report.eml",
    ]
    last = parsed((desk.office.root / "emails" / "Bob" / "Re Report (2).eml").read_bytes(), "")
    assert last.references.split() == [first.message_id, reply["Message-ID"]]


def test_a_mail_without_sender_can_not_be_answered(desk: Desk) -> None:
    desk.put("emails/Bob/x.eml", "Subject: x\n\nhello")
    assert "The mail has no sender that can be answered." in desk.refuses(
        "email_reply_email", username="Bob", email_id="x", content="y"
    )


def test_attachments_travel_with_the_mail_and_can_be_saved(desk: Desk) -> None:
    desk.put("data/größe.xlsx", b"PK\x03\x04\x00bytes")
    send(desk, attachments=["data/größe.xlsx"])
    assert "Attachments: größe.xlsx\nContent: Hi Bob" in desk.says(
        "email_read_email", username="Bob", email_id="Report"
    )
    assert desk.says("email_forward_email", username="Bob", email_id="Report", recipient="Eve", content="FYI") == (
        "Successfully forwarded email Report to Eve with the subject Fwd: Report."
    )
    assert desk.says("email_read_email", username="Eve", email_id="Fwd Report") == (
        "Successfully read email Fwd Report.eml for Eve:\nFrom: Bob@example.com\nTo: Eve@example.com\n"
        "Subject: Fwd: Report\nDate: 2024-05-17 10:00:00\nAttachments: größe.xlsx\nContent: FYI\n\n"
        "---------- Forwarded message ----------\nFrom: Dana@example.com\nTo: Bob@example.com\nSubject: Report\n"
        "Date: 2024-05-17 10:00:00\n\nHi Bob"
    )
    saved = {"username": "Eve", "email_id": "Fwd Report", "attachment": "GRÖSSE.xlsx"}
    assert desk.refuses("email_save_attachment", **saved | {"attachment": "x.pdf"}, file_path="data/b.xlsx").endswith(
        "The attachments of this mail are: größe.xlsx."
    )
    assert desk.says("email_save_attachment", **saved | {"attachment": "Größe.xlsx"}, file_path="data/b.xlsx") == (
        "Successfully saved größe.xlsx to data/b.xlsx."
    )
    assert (desk.office.root / "data" / "b.xlsx").read_bytes() == b"PK\x03\x04\x00bytes"
    assert "already exists" in desk.refuses(
        "email_save_attachment", **saved | {"attachment": "größe.xlsx"}, file_path="data/b.xlsx"
    )


def test_a_missing_attachment_sends_nothing(desk: Desk) -> None:
    desk.put("data/report.pdf", "x")
    assert desk.refuses(
        "email_send_email", sender="Dana", recipient="Bob", subject="s", content="c", attachments=["data/reprot.pdf"]
    ) == (
        "The file data/reprot.pdf does not exist. Failed to send email to Bob. The existing files are: data/report.pdf."
    )
    assert desk.office.files() == ("data/report.pdf",)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"recipient": " , "}, "The recipient is empty; give a name or address, or several separated by commas."),
        ({"subject": " \n "}, "The subject is empty; give the mail a subject."),
        ({"sender": "a/b"}, "'a/b' is not one user's name or address. Give one like 'Dana' or 'dana@example.com'."),
    ],
)
def test_a_mail_that_can_not_be_sent_says_why(desk: Desk, change: dict[str, str], why: str) -> None:
    arguments = {"sender": "Dana", "recipient": "Bob", "subject": "s", "content": "c", **change}
    assert desk.refuses("email_send_email", **arguments) == f"Failed to send email to {arguments['recipient']}. {why}"


def test_searching_looks_for_all_words_in_every_part(desk: Desk) -> None:
    send(desk, subject="Budget 2024")
    send(desk, subject="Lunch")
    assert desk.says("email_search_emails", username="Bob", query="2024 HI budget").startswith(
        "1 of 2 emails of Bob contain '2024 HI budget':\nEmail ID: Budget 2024.eml\n"
    )
    assert desk.says("email_search_emails", username="Bob", query="dinner") == "No emails of Bob contain 'dinner'."
    assert desk.refuses("email_search_emails", username="Bob", query=" ").endswith("give one or more words.")


ALTERNATIVE = """From: =?utf-8?q?J=C3=BCrgen?= <j@x.org>
To: bob@x.org
Cc: "Lee, Ann" <ann@x.org>
Subject: =?iso-8859-1?q?Gr=FC=DFe?=
Date: Wed, 1 May 2024 09:30:00 +0200
Content-Type: multipart/alternative; boundary=B

--B
Content-Type: text/plain; charset=us-ascii

See the table.
--B
Content-Type: text/html; charset=utf-8

<p>Hello</p><table><tr><th>Name</th><th>Score</th></tr><tr><td><p>Ann</p></td><td>100</td></tr></table>
--B--
"""


@pytest.mark.parametrize(
    ("source", "body"),
    [
        (ALTERNATIVE, "See the table.\n\nHello\n\nName | Score\nAnn | 100"),
        ("Content-Type: text/html\n\n<style>p{}</style>A&amp;B<br>C<script>x</script>", "A&B\nC"),
        ("Content-Type: text/plain; charset=nonsense\n\nGr\xfc\xdfe", "Gr\u00fc\u00dfe"),
        ("no header at all", "no header at all"),
        ("Subject: x\nContent-Type: multipart/mixed; boundary=Z\n\nno parts", ""),
        ("Subject: x\nContent-Transfer-Encoding: base64\n\nSGVsbG8=", "Hello"),
        ("Subject: x\nDate: nonsense\nFrom: <<>>@\n\ny", "y"),
    ],
)
def test_odd_mails_are_read(source: str, body: str) -> None:
    assert parsed(source.encode("latin-1"), "x.eml").body == body


def test_bytes_of_no_known_charset_do_not_stop_a_mail_from_being_forwarded(desk: Desk) -> None:
    desk.put("emails/Bob/x.eml", b"From: J\xfcrgen <j@x.org>\nSubject: Gr\xfc\xdfe\n\nhello")
    desk.says("email_forward_email", username="Bob", email_id="x", recipient="Eve")
    assert "Subject: Fwd: Gr\ufffd\ufffde\n" in desk.says("email_list_emails", username="Eve")


def test_headers_are_decoded(desk: Desk) -> None:
    desk.put("emails/Bob/g.eml", ALTERNATIVE)
    assert desk.says("email_read_email", username="Bob", email_id="g").splitlines()[1:6] == [
        "From: Jürgen <j@x.org>",
        "To: bob@x.org",
        "Subject: Grüße",
        "Date: 2024-05-01 09:30:00",
        'Cc: "Lee, Ann" <ann@x.org>',
    ]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<ul><li>one<li>two</ul>", "- one\n- two"),
        ('<a href="https://x.org">site</a> and <a href="#top">top</a>', "site (https://x.org) and top"),
        ("<table><tr><td>a<td>b</tr></table>", "a | b"),
        ("<table><tr><td>a<br>b</td><td></td><td>c</td></tr></table>", "a b |  | c"),
        ("<table><tr><td><table><tr><td>x</td><td>y</td></tr></table></td></tr></table>", "x | y"),
        ("a<p>b</p>\n\n<p>c</p>", "a\nb\n\nc"),
        ("<td>loose</td></table></p>", "loose"),
    ],
)
def test_html_becomes_readable_text(source: str, text: str) -> None:
    assert html_text(source) == text


def test_a_lone_surrogate_in_an_argument_becomes_a_question_mark(desk: Desk) -> None:
    desk.says("email_send_email", sender="Dana", recipient="Bob", subject="Hi", content="\ud800 there")
    assert "? there" in desk.says("email_read_email", username="Bob", email_id="Hi.eml")
