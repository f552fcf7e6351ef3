"""All tables, so that the metadata is whole wherever one is used."""

from storage.tables.archive import Archive
from storage.tables.clocks import Chore, Gap, Notice, PersonHours
from storage.tables.directory import (
    Account,
    Area,
    Chat,
    Invite,
    Leave,
    Person,
    Residence,
    RoleHeld,
)
from storage.tables.duty import (
    DutyGap,
    Rota,
    RotaMember,
    Round,
    RoundCheck,
    Shift,
    Swap,
    TurnChange,
)
from storage.tables.learning import Correction, Reading
from storage.tables.local import (
    LocalFile,
    LocalMember,
    LocalMessage,
    LocalPerson,
    LocalRoom,
    LocalUpdate,
)
from storage.tables.post import Audit, Choice, Draft, Letter, Posted, Update
from storage.tables.privacy import Consent, Erasure, Keyring, Look, Sweep
from storage.tables.promises import Noise, Promise
from storage.tables.reminder import Occurrence, Reminder
from storage.tables.requests import (
    Event,
    Page,
    Request,
    RequestCounter,
    RequestMessage,
    Supporter,
)
from storage.tables.sharing import Lane, Lease, News, Outlet
from storage.tables.statistics import Counted, Counting, Total
from storage.tables.watching import Alarm, Pulse

__all__ = [
    "Account",
    "Alarm",
    "Archive",
    "Area",
    "Audit",
    "Chat",
    "Choice",
    "Chore",
    "Consent",
    "Correction",
    "Counted",
    "Counting",
    "Draft",
    "DutyGap",
    "Erasure",
    "Event",
    "Gap",
    "Invite",
    "Keyring",
    "Lane",
    "Lease",
    "Leave",
    "Letter",
    "LocalFile",
    "LocalMember",
    "LocalMessage",
    "LocalPerson",
    "LocalRoom",
    "LocalUpdate",
    "Look",
    "News",
    "Noise",
    "Notice",
    "Occurrence",
    "Outlet",
    "Page",
    "Person",
    "PersonHours",
    "Posted",
    "Promise",
    "Pulse",
    "Reading",
    "Reminder",
    "Request",
    "RequestCounter",
    "RequestMessage",
    "Residence",
    "RoleHeld",
    "Rota",
    "RotaMember",
    "Round",
    "RoundCheck",
    "Shift",
    "Supporter",
    "Swap",
    "Sweep",
    "Total",
    "TurnChange",
    "Update",
]
