"""General English that the reader knows. No word here is about a particular task."""

# ruff: noqa: SIM905 (lists of words are read as text)

NO_NAMES = frozenset(
    """
    a about above accept according add after again all also an and answer any append apply archive are as ask at attach
    attached be because before below best book both bring build but by calculate calendar call can cancel change
    check clean clear close collect combine compare compute concerning contact convert copy correct could count
    create date deadline dear delete description determine do document does draft each email emails end enter every
    everyone export extract file files fill find first follow for forward from gather generate get give go have
    hello here hi how i if import in include inform insert invite is it its keep last let list load location log
    look mail mails make mark match me meeting merge move my name new next no none not note notes notify now of on
    once only open or our out pass pdf people pick place plan please post prepare print produce put re read record
    regards remind remove rename replace reply report reschedule respond review row run save schedule search see
    select send set share sheet shift should show sort split start subject sum summarise summarize take team tell
    thanks that the their them then there these they this those title to today tomorrow total transfer turn until
    update use using we what when where which who whom whose why will with word work would write yes you your
    """.split()
)
"""Words that begin sentences, or name parts of an office, and are nobody's name."""

DOING = frozenset(
    """
    and asked asks begins called can could gets goes got had has invites is joins leaves must needs or reports sent
    starts takes wants was will would writes wrote
    """.split()
)
"""Words that stand behind a person at the beginning of a sentence."""

PLAIN = frozenset(
    """
    a about above according across after again agent all alone also an and any anything are as at be because been
    before being below between both but by calendar calendars can cell cells change column columns could csv data
    did do document docx does doing done down during each either else email emails every everything excel few file
    files first folder folders for from further had has have having he her here hers him his how i if in into is it
    its itself just last leave let mail mailbox mails make me more most must my name named names need needs new no
    nor not nothing now of off office on once one only or other our out over own pdf per please put row rows same
    shall she sheet should so some subtask such sure task than that the their them then there these they this those
    through to today tomorrow too txt under until up use used using very want wants was we were what when where
    which while who whom whose why will with within without word work would xlsx you your yours
    """.split()
)
"""Function words, and words that any office request may hold; they do not make two requests alike."""

MAKING = frozenset("create make write save new produce build generate into as file document".split())
"""Words before a thing that is to be made."""

TELLING = frozenset("says say sets set describes wants shows tells holds has contains is gives asks lists".split())
"""Words behind a thing that is there and tells something."""

SYNONYMS = (
    "add put create insert enter place book schedule plan make new set",
    "reply answer respond",
    "delete remove cancel drop erase clear discard strike",
    "send forward notify tell message write ask",
    "move shift reschedule postpone rename transfer bring file store keep save archive",
    "read look see view open check show find list search get",
    "change update edit correct replace fix modify",
    "sum total add up overall",
    "copy duplicate",
    "convert export turn",
    "append attach extend",
)
"""Everyday words that say much the same, a line each; the first stands for all."""
