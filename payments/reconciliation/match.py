"""What is in one book and not, or not so, in the other: one grouping of both, in the database.

An operation is known by its kind, its reference and its currency. Ours is in the key of its ledger
entry, so the first pass joins nothing; only what does not add up is looked at again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from payments.books import PROVIDER, named
from payments.models import (
    Attempt,
    Candidate,
    Entry,
    Operation,
    Posting,
    ProviderAccount,
    SettlementFile,
    SettlementLine,
    SettlementTotal,
)
from payments.models.settlement import FileState
from payments.reconciliation import candidates, verdicts
from payments.reconciliation.claim import Run
from payments.reconciliation.keys import (
    OURS,
    REFERENCE_IN_LINE,
    THEIRS_ALONE,
    reference_in_key,
)
from payments.reconciliation.rows import count_anew, marks, slices, table

SOME: Final = 500
"""So many attempts are grouped again by one statement."""
WORK_MEMORY: Final = "256MB"
"""So much PostgreSQL may use for the grouping of a match before it goes to disk."""
_KEEP: Final = """
    INSERT INTO {candidate} (account_id, claim, kind, ref, currency, ours, theirs, our_rows,
                             their_rows, our_at, their_at, attempt_id, named, our_currency, verdict)
"""
_GROUPS: Final = """
    SELECT %s, %s, kind, ref, currency, SUM(ours), SUM(theirs), SUM(our_rows), SUM(their_rows),
           MIN(our_at), MIN(their_at), MIN(attempt_id), '', '', ''
    FROM (
        SELECT e.kind AS kind, {ref} AS ref, p.currency AS currency, p.amount AS ours, 0 AS theirs,
               1 AS our_rows, 0 AS their_rows, e.at AS our_at, {no_moment} AS their_at,
               e.attempt_id AS attempt_id
        FROM {entry} e JOIN {posting} p ON p.entry_id = e.id
        WHERE p.account = %s AND e.kind IN ({kinds}) AND ({covered}){of_ours}
        UNION ALL
        SELECT CASE l.kind WHEN 'dispute_reversal' THEN 'dispute' ELSE l.kind END,
               {ref_of_line},
               l.currency, 0, l.gross, 0, 1, {no_moment}, l.occurred_at, {no_number}
        FROM {line} l
        WHERE l.file_id IN ({files}) AND l.kind NOT IN ({theirs_alone}) AND l.stray = ''{of_theirs}
    ) both_books
    {where}
    GROUP BY kind, ref, currency
    {having}
"""
_LATER: Final = """
    SELECT %s, %s, e.kind, {ref}, p.currency, p.amount, 0, 1, 0, e.at, {no_moment}, e.attempt_id,
           '', '', ''
    FROM {entry} e JOIN {posting} p ON p.entry_id = e.id
    WHERE p.account = %s AND e.kind IN ({kinds}) AND NOT ({covered})
      AND e.attempt_id IN ({attempts})
      AND EXISTS (
        SELECT 1 FROM {candidate} c
        WHERE c.account_id = %s AND c.claim = %s AND c.kind = e.kind AND c.ref = {ref}
          AND c.currency = p.currency
        GROUP BY c.ref HAVING SUM(c.their_rows) > SUM(c.our_rows)
      )
"""
_UNEVEN: Final = "HAVING SUM(ours) <> SUM(theirs)"
_EVEN: Final = """
    WHERE NOT EXISTS (
        SELECT 1 FROM {candidate} c
        WHERE c.account_id = %s AND c.claim = %s AND c.named = '' AND c.kind = both_books.kind
          AND c.ref = both_books.ref AND c.currency = both_books.currency
    ) HAVING 1 = 1
"""


def match(run: Run) -> int:
    """Compare all that files of the account cover; how much does not agree.

    Found again, a discrepancy is the same row; one that is gone is resolved by itself. A second
    call with the same books changes nothing. Raises LostRun where another process is at it now.
    """
    account = run.account
    files = _loaded(account)
    candidates.clear(run)
    if files:
        count_anew(SettlementLine, "file_id", "line_no", "our_ref", "provider_ref")
        count_anew(SettlementTotal, "file_id", "day", "payout_ref", "currency", "settled_currency")
        grouping = _Grouping(run, files)
        grouping.all()
        grouping.of(candidates.rename(run))
        grouping.add_later(candidates.attempts_of_theirs(run))
        run.go_on()
        candidates.regroup(run)
        verdicts.judge(run, late_from=_late_from(account, files))
    return candidates.write(run)


def _late_from(account: ProviderAccount, files: Sequence[SettlementFile]) -> datetime:
    """What was booked from then on may be in a file that has not come yet."""
    until = max(_span(account, file)[1] for file in files)
    return until - timedelta(days=account.settlement_days)


def _loaded(account: ProviderAccount) -> list[SettlementFile]:
    files = account.settlement_files.filter(state=FileState.LOADED, first_day__isnull=False)
    return list(files.order_by("first_day"))


def _span(account: ProviderAccount, file: SettlementFile) -> tuple[datetime, datetime]:
    """From the beginning of a file's first day to the end of its last."""
    zone = ZoneInfo(account.report_zone)
    if file.first_day is None or file.last_day is None:
        raise ValueError(f"settlement file {file.pk} has no days")
    end = file.last_day + timedelta(days=1)
    return datetime.combine(file.first_day, time(), zone), datetime.combine(end, time(), zone)


def covered(
    account: ProviderAccount, files: Sequence[SettlementFile]
) -> list[tuple[datetime, datetime]]:
    """The stretches of time that the files report on; days that follow each other are one."""
    stretches: list[tuple[datetime, datetime]] = []
    for file in files:
        begin, end = _span(account, file)
        if stretches and begin <= stretches[-1][1]:
            stretches[-1] = stretches[-1][0], max(end, stretches[-1][1])
        else:
            stretches.append((begin, end))
    return stretches


class _Grouping:
    """The statement that groups both books, over all that the files cover or some attempts."""

    def __init__(self, run: Run, files: Sequence[SettlementFile]) -> None:
        account = run.account
        self._account = account
        self._whose: list[str | int] = [account.pk, run.token]
        self._files = [file.pk for file in files]
        stretches = covered(account, files)
        self._covered = " OR ".join(["(e.at >= %s AND e.at < %s)"] * len(stretches))
        self._moments = [_moment(moment) for stretch in stretches for moment in stretch]

    def all(self) -> None:
        self._group(of_ours="", of_theirs="", outer=_UNEVEN, values=[*self._ours(), *self._files])

    def of(self, attempts: Sequence[int]) -> None:
        """What both books have of some attempts and was even before."""
        for some in slices(attempts, SOME):
            ours = Attempt.objects.filter(pk__in=some).values_list("our_ref")
            refunds = Operation.objects.filter(attempt__in=some).values_list("our_ref")
            refs = [ref for (ref,) in ours.union(refunds)]
            self._group(
                of_ours=f" AND e.attempt_id IN ({marks(some)})",
                of_theirs=f" AND l.our_ref IN ({marks(refs)})",
                outer=_EVEN,
                values=[*self._ours(), *some, *self._files, *refs, *self._whose],
            )

    def _group(
        self, *, of_ours: str, of_theirs: str, outer: str, values: Sequence[str | int]
    ) -> None:
        where, _, having = outer.format(candidate=table(Candidate)).partition("HAVING")
        groups = _GROUPS.format(
            **self._names(),
            line=table(SettlementLine),
            ref_of_line=REFERENCE_IN_LINE,
            theirs_alone=THEIRS_ALONE,
            files=marks(self._files),
            no_number="CAST(NULL AS bigint)" if _on_postgresql() else "NULL",
            of_ours=of_ours,
            of_theirs=of_theirs,
            where=where,
            having=f"HAVING {having}",
        )
        keep = _KEEP.format(candidate=table(Candidate))
        with connection.cursor() as cursor:
            if _on_postgresql():
                with transaction.atomic():
                    cursor.execute("SELECT set_config('work_mem', %s, true)", [WORK_MEMORY])
                    cursor.execute(f"{keep} {groups}", values)
                return
            # On SQLite who writes keeps all others out: the grouping only reads.
            cursor.execute(f"CREATE TEMP TABLE till_groups AS {groups}", values)
            cursor.execute(f"{keep} SELECT * FROM till_groups")  # noqa: S608  # names of ours only
            cursor.execute("DROP TABLE till_groups")

    def add_later(self, attempts: Sequence[int]) -> None:
        """What we booked outside the files' days, where their side has more than ours inside.

        A notice that came after midnight, or an answer to a question that a report raised.
        """
        for some in slices(attempts, SOME):
            statement = f"{_KEEP}{_LATER}".format(**self._names(), attempts=marks(some))
            with connection.cursor() as cursor:
                cursor.execute(statement, [*self._ours(), *some, *self._whose])

    def _names(self) -> dict[str, str]:
        return {
            "candidate": table(Candidate),
            "entry": table(Entry),
            "posting": table(Posting),
            "ref": reference_in_key(self._account),
            "kinds": marks(OURS),
            "covered": self._covered,
            "no_moment": "CAST(NULL AS timestamptz)" if _on_postgresql() else "NULL",
        }

    def _ours(self) -> list[str | int]:
        """The values that the selection of our entries begins with."""
        kinds = [str(kind) for kind in OURS]
        account = self._account
        return [*self._whose, named(PROVIDER, account.code), *kinds, *self._moments]


def _on_postgresql() -> bool:
    return connection.vendor == "postgresql"


def _moment(moment: datetime) -> str:
    return str(connection.ops.adapt_datetimefield_value(moment))
