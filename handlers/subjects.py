"""All subjects, as the dispatcher's tables are made of them. A new subject is one line here."""

from handlers.administration import commands as administration
from handlers.commands import Subject
from handlers.digest import commands as digest
from handlers.directory import commands as directory
from handlers.duty import commands as duty
from handlers.learning import commands as learning
from handlers.privacy import commands as privacy
from handlers.promises import commands as promises
from handlers.reminders import commands as reminders
from handlers.requests import commands as requests
from handlers.statistics import commands as statistics

SUBJECTS: tuple[Subject, ...] = (
    requests.SUBJECT,
    directory.SUBJECT,
    promises.SUBJECT,
    learning.SUBJECT,
    privacy.SUBJECT,
    reminders.SUBJECT,
    digest.SUBJECT,
    duty.SUBJECT,
    administration.SUBJECT,
    statistics.SUBJECT,
)
