"""What OfficeBench's checks look at, in its own evaluator's reading or in a mended one (officebench.md 5.2, 5.3)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from email import policy
from email.parser import BytesParser
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from procmem.errors import ToolError
from procmem.office.documents import before, cells, paragraphs
from procmem.office.formats.mails import Mail, parsed
from procmem.office.formats.pdfs import page_texts
from procmem.office.formats.sheets import Place, table_text
from procmem.office.formats.texts import decoded

if TYPE_CHECKING:
    from email.message import EmailMessage

    from procmem.office.workspace import Office

DocType: TypeAlias = Literal["txt", "ics", "doc", "docx", "pdf", "xlsx", "email"]
Mode: TypeAlias = Literal["upstream", "repaired"]

_ELSEWHERE = re.compile(r"(?:\.\./)+(?:(reference)|cache/[^/]+/testbed)/(.+)")
_BY_ENDING: dict[str, DocType] = {".docx": "docx", ".xlsx": "xlsx", ".pdf": "pdf"}
_FAILED = "Error: Failed to list emails."  # what upstream sees of a mailbox with one mail that it can not read
_UPSTREAM_STOPS_AT = (LookupError, ValueError, TypeError, AttributeError, ArithmeticError)


@dataclass(frozen=True, slots=True)
class Grading:
    """How a check reads.

    ``upstream`` reads as OfficeBench's evaluator does, its faults included, but finds mailboxes in the office that it
    grades and survives a missing one. ``repaired`` also finds what calendars and PDF files break into lines, goes by
    what a file is rather than by what the check calls it, and compares Word and PDF files as text.

    ``home`` is the task's folder in the checkout, absolute; its ``reference/`` holds expected files. It is empty where
    there is no checkout.
    """

    mode: Mode = "repaired"
    home: str = ""


REPAIRED = Grading()


@dataclass(frozen=True, slots=True)
class Evidence:
    """The office of a run with the files that the benchmark keeps beside it, as its checks name them.

    ``../../../../reference/x`` is x among the expected files, ``../../../../cache/0/testbed/x`` is x before the run.
    """

    office: Office
    grading: Grading

    @property
    def upstream(self) -> bool:
        """True when the benchmark's own faults count."""
        return self.grading.mode == "upstream"

    def path(self, name: str) -> Path:
        """Where a name leads; nothing need be there. Raises ToolError when it leads outside."""
        office, inner = self._place(name)
        return office.path(inner)

    def content(self, name: str) -> bytes:
        """The bytes of a file. Raises ToolError when it is missing, unreadable or outside."""
        office, inner = self._place(name)
        return office.read(office.existing(inner))

    def _place(self, name: str) -> tuple[Office, str]:
        match = _ELSEWHERE.fullmatch(name)
        if match is None:
            return self.office, name
        if match[1] is None:
            return before(self.office), match[2]
        if not self.grading.home:
            raise ToolError(
                f"The expected file {match[2]} is in the checkout's reference folder, which is not at hand."
            )
        return replace(self.office, root=Path(self.grading.home) / "reference"), match[2]

    def cells(self, name: str) -> dict[Place, Any]:
        """The filled cells of a workbook's active sheet: (row, column) from 1 -> value, formulas as text."""
        office, inner = self._place(name)
        return cells(office, inner)

    def text(self, doc_type: DocType, name: str) -> str:
        """The text that keywords are looked for in.

        txt and ics are the file itself, doc and docx its paragraphs without tables, pdf the text of its pages, xlsx the
        ``(row, column): value`` dump, and email all mails of the mailbox of the user ``name``.

        Raises:
            ToolError: there is no such file, or it is not of its type.
        """
        if doc_type == "email":
            return self.mailbox(name)
        if not self.upstream:
            doc_type = _BY_ENDING.get(Path(name).suffix.lower(), doc_type)
        match doc_type:
            case "doc" | "docx":
                return "\n".join(paragraphs(*self._place(name)))
            case "xlsx":
                return table_text(self.cells(name))
            case "pdf":
                pages = page_texts(self.content(name), name)
                return "".join(pages) if self.upstream else _unwrapped("\n".join(pages))
            case "ics" if not self.upstream:
                return _unfolded(decoded(self.content(name), name))
            case _:
                return decoded(self.content(name), name)

    def mailbox(self, user: str) -> str:
        """All mails of a user as OfficeBench lists them; "No emails found." for an empty mailbox, "" for none.

        The folder is the one of that very name, or in lower case, or else the first that holds the name.
        """
        folders = self._mail_folders()
        exact = [name for name in (user, user.lower()) if name in folders]
        folder = next(iter([*exact, *(name for name in folders if user.lower() in name.lower())]), None)
        if folder is None:
            return ""
        names = [name for name in self.office.files() if name.startswith(f"emails/{folder}/")]
        mails = {name: self.content(name) for name in names if name.endswith(".eml") and name.count("/") == 2}
        bodies = {name: self._body(name, data) for name, data in mails.items()}
        if None in bodies.values():
            return _FAILED
        return "\n".join(_listed(name, data, bodies[name]) for name, data in mails.items()) or "No emails found."

    def _mail_folders(self) -> list[str]:
        """Upstream takes an empty folder for a mailbox, even where another spelling of the name has the mails."""
        emails = self.office.root / "emails"
        folders = sorted(path for path in emails.glob("*") if path.is_dir() and not path.is_symlink())
        return [path.name for path in folders if self.upstream or any(path.glob("*.eml"))]

    def _body(self, name: str, data: bytes) -> str | None:
        return _upstream_body(data) if self.upstream else _mail(name, data).body


def _listed(name: str, data: bytes, body: str | None) -> str:
    mail = _mail(name, data)
    lines = (f"Email ID: {name.rsplit('/', 1)[-1]}", f"From: {mail.sender}", f"To: {mail.to}")
    return "\n".join((*lines, f"Subject: {mail.subject}", f"Content: {body}", "-" * 50))


def _mail(name: str, data: bytes) -> Mail:
    """One mail; an unreadable one says nothing, so that it does not hide the others."""
    try:
        return parsed(data, name)
    except ToolError:
        return Mail("", "", "", "", None, "", (), "", "")


def _upstream_body(data: bytes) -> str | None:
    """The plain and the HTML parts of the outermost level, one below the other, HTML as it is.

    ``None`` when upstream's evaluator stops, as it does at a mail that does not say how it is encoded.
    """
    message = BytesParser(policy=policy.default).parsebytes(data)
    try:
        parts = list(message.iter_parts()) if message.is_multipart() else [message]
        texts = [part for part in parts if part is message or part.get_content_type() in ("text/plain", "text/html")]
        return "\n".join(_decoded_part(cast("EmailMessage", part)) for part in texts)
    except _UPSTREAM_STOPS_AT:
        return None


def _decoded_part(part: EmailMessage) -> str:
    payload, charset = part.get_payload(decode=True), part.get_content_charset()
    if not isinstance(payload, bytes) or charset is None:
        raise LookupError("no charset")
    return payload.decode(charset, errors="replace")


def _unwrapped(text: str) -> str:
    """The text of a PDF as its lines are, and once more in one line: where a line ends says nothing."""
    return f"{text}\n{' '.join(text.split())}"


def _unfolded(text: str) -> str:
    """Calendar lines in one piece, once as they are and once without the backslashes before commas and the like."""
    joined = re.sub(r"\n[ \t]", "", text)
    plain = re.sub(r"\\([,;\\])", r"\1", joined)
    return joined if plain == joined else f"{joined}\n{plain}"
