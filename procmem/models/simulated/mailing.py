"""What the words want done by mail: an answer to a mail, a mail passed on, a mail of one's own to one or several."""

from __future__ import annotations

import re
from collections.abc import Sequence

from procmem.models.simulated.alignment import gist
from procmem.models.simulated.composing import composed
from procmem.models.simulated.entities import mentions
from procmem.models.simulated.findings import Findings, Mail
from procmem.models.simulated.people import names, recipients, sender
from procmem.models.simulated.pointing import words_before
from procmem.models.simulated.records import phrase_in
from procmem.models.simulated.roles import Act
from procmem.models.simulated.rules import in_charge

_REPLYING = re.compile(
    r"(?i)\b(repl(?:y|ies)|answers? (?:it|to|for|the|\w+['’]s|\w+'s|with|as|him|her|them)|respond|write back)\b"
)
_FORWARDING = re.compile(
    r"(?i)\b(forward(?! to)|pass\b[^.;]{0,90}\bon\b|send\b.{0,24}\bon\b|hand\b[^.;]{0,60}\b(?:on|over)\b|"
    r"redirect|relay|"
    r"belongs? (?:to|with)|(?:should|must|is to) (?:get|receive|have|see) (?:the|\w+['’]s) mail|(?:has|needs?|"
    r"should) (?:to )?go to|get it to|bring it to)\b"
)
_IN_CHARGE = re.compile(
    r"(?i)\b(in charge|responsible|right (?:person|colleague|one)|whoever|(?:who|that) (?:deals|handles|"
    r"looks after|takes care))\b"
)
_SENDING = re.compile(
    r"(?i)\b(send|mail(?!box|s? about)|e-?mail(?!s? about)|writes? to|notify|inform|tell|lets? \w+ know|remind|"
    r"message|invite|"
    r"gets? a mail|is to get|let .{1,30} know)\b"
)
_QUESTION = re.compile(r"(?i)^\s*(?:who|what|which|when|where|how|does|did|is|are)\b|\bwhat is\b|\blet me know\b")
_SAYING = re.compile(
    r"(?i)\b(?:saying|says|that says|with the (?:text|message|words)|reading|telling (?:him|her|them)|"
    r"that)\b:? (.{3,240}?)"
    r"(?:\.(?=\s|$)|$)"
)
_SUBJECT = re.compile(r"(?i)\b(?:subject(?: line)?|titled|under|about|headed)\b")
_ATTACHING = re.compile(
    r"(?i)\b(attach\w*|as (?:a|the) (?:pdf|file|word|excel|document)|document|file|pdf|send|mail|get)\b"
)
_EML = re.compile(r"(?<![\w/])([\w -]{1,60}?)\.eml\b")


def mail_acts(text: str, known: Findings, user: str, made: Sequence[str]) -> list[Act]:
    """Acts by mail that the words of a text want; ``made`` are files that this team has made."""
    if _QUESTION.search(text) and not re.search(
        r"(?i)[,.?;] (?:then |and )?(?:send|mail|e-?mail|tell|write|reply|forward)\b", text
    ):
        return []
    if _FORWARDING.search(text) or _IN_CHARGE.search(text):
        return _forwarded(text, known, user)
    if _REPLYING.search(text):
        return _answered(text, known, user)
    return _sent(text, known, user, made) if _SENDING.search(text) else []


def mails_meant(text: str, mails: Sequence[Mail], owner: str = "") -> list[Mail]:
    """The mails that a text speaks of, those it names most clearly first; later ones before older ones."""
    lowered, words = text.lower(), gist(text)
    people = {one.text.lower() for one in names(text)}
    scored = []
    for place, mail in enumerate(mails):
        subject = mail.subject.lower()
        score = 2.0 * (len(subject) > 2 and phrase_in(subject, lowered))
        score += any(person in mail.sender.lower() for person in people if person != mail.owner.lower())
        score += 0.2 * len(gist(mail.subject) & words) + 0.5 * (not owner or mail.owner == owner)
        scored.append((score, -place, mail))
    return [mail for score, _, mail in sorted(scored, key=lambda one: one[:2], reverse=True) if score >= 1.2]


def _answered(text: str, known: Findings, user: str) -> list[Act]:
    meant = mails_meant(text, known.mails)
    content = _content(text, meant[0].subject if meant else "")
    if not meant or not content:
        return []
    mail = meant[0]
    return [Act("reply", {"owner": mail.owner or user, "mail": mail.id, "content": content})]


def _forwarded(text: str, known: Findings, user: str) -> list[Act]:
    meant = mails_meant(text, known.mails)
    writer = sender(text, user)
    if not meant:
        return []
    alike = [mail for mail in meant if mail.subject == meant[0].subject and mail.sender == meant[0].sender]
    mail = next((mail for mail in alike if mail.attachments), meant[0])
    involved = f"{mail.sender} {mail.to} {mail.owner}".lower()
    to = [name for name in recipients(text, writer) if name.lower() not in involved]
    duty = in_charge(mail, known) if not to else None
    if not to and duty is None:
        return []
    values = {"owner": mail.owner or user, "mail": mail.id, "recipient": ", ".join(to) if duty is None else duty.who}
    content = duty.words if duty is not None else _content(text, mail.subject)
    return [Act("forward", {**values, "content": content} if content else values)]


def _sent(text: str, known: Findings, user: str, made: Sequence[str]) -> list[Act]:
    """One mail to each, or one to all: what is told in the words, or what was read for it."""
    writer = sender(text, user)
    to = recipients(text, writer)
    if not to or not writer:
        return []
    attached = _attached(text, made)
    subject = _subject(text)
    content = _content(text, subject) or (_please(attached) if attached else composed(text, known))
    if not content:
        return []
    values = {"sender": writer, "title": subject or _headline(text, content, attached), "content": content}
    if attached:
        values["attachments"] = attached  # type: ignore[assignment]
    several = (
        [to] if not re.search(r"(?i)\b(separately|each|one by one|individually)\b", text) else [[one] for one in to]
    )
    return [Act("send", {**values, "recipient": ", ".join(group)}) for group in several]


def _quoted(text: str) -> list[tuple[str, list[str]]]:
    """Quoted phrases with the words before each, nearest first."""
    return [(one.text, words_before(text, one)) for one in mentions(text) if one.kind == "quoted"]


def _subject(text: str) -> str:
    for phrase, before in _quoted(text):
        if {"subject", "line", "titled", "under", "headed"} & set(before):
            return phrase
    match = re.search(r"(?i)\bsubject(?: line)?(?: is|:)? (?!is\b|of\b|line\b)([^'\"“‘,.;\n]{2,60})", text)
    if match:
        return match[1].strip()
    named = _EML.search(text)
    return named[1].strip().split(" ")[-1] if named else ""


def _content(text: str, subject: str) -> str:
    """The text of a mail that the words give: the longest quoted phrase that is no subject, else what is said."""
    quoted = [
        phrase for phrase, before in _quoted(text) if phrase != subject and not ({"subject", "line"} & set(before))
    ]
    sentences = [phrase for phrase in quoted if " " in phrase.strip()]
    saying = [
        phrase
        for phrase, before in _quoted(text)
        if phrase in quoted
        and {"text", "saying", "says", "with", "words", "reply", "tell", "that", "message", "exactly", "this", "write"}
        & set(before)
    ]
    if saying or (len(quoted) == 1 and sentences and re.search(r"[.!?]$", quoted[0])):
        return max(saying or quoted, key=len)
    tell = [phrase for phrase in sentences if re.search(r"[.!?]$", phrase)]
    if tell:
        return max(tell, key=len)
    match = _SAYING.search(re.sub(r"\"[^\"]*\"|“[^”]*”", "", text))
    return (
        match[1].strip().rstrip(".") + "."
        if match and not re.match(r"(?i)(?:is|are|was|were|should|will)\b", match[1])
        else ""
    )


def _attached(text: str, made: Sequence[str]) -> list[str]:
    """The files that go along: those that were made for it, else those that the words name beside the sending."""
    files = list(
        dict.fromkeys(one.text for one in mentions(text) if one.kind == "file" and not one.text.endswith(".eml"))
    )
    fresh = [path for path in files if path in made]
    if fresh:
        return fresh
    if made and re.search(r"(?i)\b(attach\w*|as (?:a|the) (?:pdf|file))\b", text):
        return [made[-1]]
    told = [
        path
        for path in files
        if re.search(rf"(?i)\b(?:attach\w*|send|mail|get|document|forward|file)\b[^.]{{0,60}}{re.escape(path)}", text)
    ]
    return told if _ATTACHING.search(text) else []


def _please(attached: Sequence[str]) -> str:
    shown = ", ".join(path.rsplit("/", 1)[-1] for path in attached)
    return f"Please find {shown} attached."


def _headline(text: str, content: str, attached: Sequence[str]) -> str:
    if attached:
        return attached[0].rsplit("/", 1)[-1].rsplit(".", 1)[0].replace("_", " ").capitalize()
    words = [one.text for one in mentions(text) if one.kind == "quoted"]
    line = content.split("\n", 1)[0]
    return words[0] if words and len(words[0]) < 50 else " ".join(line.split()[:6]).rstrip(".,;:")
