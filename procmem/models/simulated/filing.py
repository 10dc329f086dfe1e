"""What the words want done with files: copied, moved, deleted, written, lengthened, made from others."""

from __future__ import annotations

import re
from collections.abc import Sequence

from procmem.models.simulated.composing import best_document, composed
from procmem.models.simulated.entities import Mention, mentions
from procmem.models.simulated.findings import Findings
from procmem.models.simulated.pointing import by_part
from procmem.models.simulated.roles import Act, app_of
from procmem.models.simulated.tabling import full_path

_COPYING = re.compile(r"(?i)\b(cop(?:y|ies)|duplicate|back up|backup)\b")
_MOVING = re.compile(r"(?i)\b(move|rename|bring .{0,40} to|put .{0,60}\binto the folder|archive)\b")
_DELETING = re.compile(r"(?i)\b(delete|remove|erase|get rid of|discard)\b")
_LENGTHENING = re.compile(
    r"(?i)\b(append|add|at the (?:end|bottom)|one more|another|below|under the last|next line|new line|continue|"
    r"extra|further)\b"
)
_CONVERTING = re.compile(
    r"(?i)\b(convert\w*|as (?:a |the |an )?(?:\w+ )?(?:pdf|image|picture)|(?:pdf|image) of|into (?:a |"
    r"an )?(?:pdf|image)|"
    r"turn\b.{1,60}\binto|export\w*|only as|pdf (?:version|copy))\b"
)
_WRITING = re.compile(
    r"(?i)\b(create|write|save|make|generate|print|put|extract|place|input|document|store|transfer|give|record|"
    r"assign|summar\w+|"
    r"describe|suggest|draft|prepare|list|find)\b"
)
_FOLDER = re.compile(
    r"(?i)\b(?:folder|directory) (?:named |called )?['\"]?([\w-]{2,40})['\"]?|\b(?:in|into|under) (?:a |"
    r"the )?folder ([\w-]{2,40})"
)
_SAME_NAME = re.compile(r"(?i)\bsame name\b|\bwith \.?(?:pdf|jpg|png) suffix")
_TEXTS = ("files",)
_DOCUMENTS = ("word", "pdf")


def file_acts(text: str, known: Findings, made: Sequence[str]) -> list[Act]:
    """Acts on files that the words of a text want; ``made`` are files that this team has made already."""
    files = list(dict.fromkeys(_fresh(one.text, known) for one in _named(text)))
    folders = [one.text for one in mentions(text) if one.kind == "folder"]
    acts = _lengthened(text, files, known)
    if acts:
        return acts
    acts = _converted(text, files, known, made)
    if not acts and files:
        acts = _placed(text, files, folders, known)
    written = [] if acts else _written(text, files, known, made)
    fresh = [str(act.values["path"]) for act in written]
    if fresh:
        acts = _converted(text, files, known, [*made, *fresh])
    return [*written, *acts, *_put_away(text, [*made, *fresh])]


def _named(text: str) -> list[Mention]:
    return [one for one in mentions(text) if one.kind == "file" and app_of(one.text)]


def _fresh(path: str, known: Findings) -> str:
    """A file's path: the one that was listed or read under this name, else where files lie."""
    there = [*known.files, *(sheet.path for sheet in known.sheets), *(document.path for document in known.documents)]
    return next((one for one in there if one == path or one.endswith(f"/{path}")), full_path(path))


def _existing(known: Findings) -> set[str]:
    return {*known.files, *(sheet.path for sheet in known.sheets), *(document.path for document in known.documents)}


def _lengthened(text: str, files: Sequence[str], known: Findings) -> list[Act]:
    """Quoted words at the end of a text file that is there."""
    quoted = [one.text for one in mentions(text) if one.kind == "quoted"]
    texts = [path for path in files if app_of(path) in _TEXTS]
    if not quoted or not texts or not _LENGTHENING.search(text):
        return []
    there = [path for path in texts if path in _existing(known)]
    return [Act("append", {"path": path, "content": max(quoted, key=len)}) for path in there[:1]]


def _placed(text: str, files: Sequence[str], folders: Sequence[str], known: Findings) -> list[Act]:
    """Files copied, moved, renamed or deleted."""
    there = [path for path in files if path in _existing(known)]
    fresh = [path for path in files if path not in _existing(known)]
    if _DELETING.search(text) and there and not fresh:
        return [Act("delete", {"path": path}) for path in there] if _near(text, _DELETING, there[0]) else []
    goal = (
        fresh[-1]
        if fresh and app_of(fresh[-1]) == app_of(there[0] if there else "")
        else folders[-1]
        if folders
        else ""
    )
    if not there or not goal:
        return []
    if _COPYING.search(text):
        return [Act("copy", {"source": path, "target": goal.rstrip("/")}) for path in there]
    if _MOVING.search(text):
        return [Act("move", {"source": path, "target": goal.rstrip("/")}) for path in there]
    return []


def _near(text: str, verb: re.Pattern[str], path: str) -> bool:
    """Whether the sentence that names a file also says the verb."""
    name = path.rsplit("/", 1)[-1]
    return any(verb.search(sentence) and name in sentence for sentence in re.split(r"(?<=[.!?;])\s", text))


def _converted(text: str, files: Sequence[str], known: Findings, made: Sequence[str]) -> list[Act]:
    """A file made of another in a further form, straight or by way of a PDF."""
    kinds = {app_of(path) for path in files}
    quoted = any(one.kind == "quoted" and one.text.endswith((".", "!", "?")) for one in mentions(text))
    plain = kinds == {"word", "pdf"} and len(files) == 2 and not quoted
    if not plain and not _CONVERTING.search(text):
        return []
    there = [path for path in files if path in _existing(known) and app_of(path) != "files"]
    fresh = [path for path in files if path not in _existing(known)]
    targets = [path for path in fresh if app_of(path) in ("pdf", "ocr", "word")]
    if not there and targets:
        spoken = [
            path for path in known.files if app_of(path) not in ("files", app_of(targets[-1])) and _spoken(path, text)
        ]
        there = spoken if len(spoken) == 1 else []
    if there and targets:
        named = by_part(text, _named(text), False) if len(there) > 1 else None
        source = next((path for path in there if named and path.endswith(named)), there[0])
        return list(_steps(source, targets[-1]))
    if _SAME_NAME.search(text) or (there and re.search(r"(?i)\bto (?:a )?pdf\b", text)):
        sources = there or [path for path in known.files if app_of(path) == "word"]
        return [Act("convert", {"source": path, "target": f"{path.rsplit('.', 1)[0]}.pdf"}) for path in sources]
    later = [path for path in made if app_of(path) in ("word", "excel")]
    if later and targets and not (set(made) & set(targets)):
        return list(_steps(later[-1], targets[-1]))
    return []


def _spoken(path: str, text: str) -> bool:
    """Whether a text speaks of files of this kind."""
    words = {
        "excel": "excel|spreadsheet|workbook",
        "word": "word|docx?",
        "pdf": "pdf",
        "ocr": "image|photo|picture|scan",
    }
    return bool(re.search(rf"(?i)\b(?:{words.get(app_of(path), '$^')})\b", text))


def _steps(source: str, target: str) -> list[Act]:
    kind, goal = app_of(source), app_of(target)
    if kind == goal:
        return []
    if goal == "ocr" and kind in ("word", "excel"):
        between = f"{target.rsplit('.', 1)[0]}.pdf"
        return [
            Act("convert", {"source": source, "target": between}),
            Act("convert", {"source": between, "target": target}),
        ]
    return [Act("convert", {"source": source, "target": target})]


def _written(text: str, files: Sequence[str], known: Findings, made: Sequence[str]) -> list[Act]:
    """A new document with quoted words, or with what the words want of what was read."""
    fresh = [path for path in files if path not in _existing(known) and app_of(path) in (*_DOCUMENTS, *_TEXTS)]
    if not fresh or not _WRITING.search(text):
        return []
    path = fresh[0]
    content = _content(text, path, known)
    if not content:
        return []
    match app_of(path):
        case "word":
            return [Act("make", {"path": path}), Act("write", {"path": path, "content": content})]
        case "pdf":
            later = [one for one in made if app_of(one) in ("word", "excel")]
            return [] if later else [Act("make", {"path": path, "content": content})]
        case _:
            return [Act("write", {"path": path, "content": content})]


def _content(text: str, path: str, known: Findings) -> str:
    quoted = [one.text.strip("\"'") for one in mentions(text) if one.kind == "quoted" and one.text not in path]
    sentences = [phrase for phrase in quoted if " " in phrase]
    if sentences and not re.search(r"(?i)\b(?:format|form)\b", text):
        return max(sentences, key=len)
    named = best_document(text, [one for one in known.documents if one.path.rsplit("/", 1)[-1] in text])
    return named.text.strip() if named is not None else composed(text, known)


def _put_away(text: str, made: Sequence[str]) -> list[Act]:
    """What was made, moved into the folder that the words name."""
    match = _FOLDER.search(text)
    if not match or not made or not re.search(r"(?i)\b(save|put|store|place|keep)\b", text):
        return []
    folder = f"data/{match[1] or match[2]}"
    return [
        Act("copy", {"source": path, "target": f"{folder}/{path.rsplit('/', 1)[-1]}"})
        for path in made[-1:]
        if folder not in path
    ]
