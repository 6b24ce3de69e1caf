"""Sessions in the database, written by one statement that commits by itself."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import VALID_KEY_CHARS, UpdateError
from django.utils.crypto import get_random_string


class SessionStore(db.SessionStore):
    """Django's store without a transaction around one UPDATE, or a look before each INSERT.

    A key that is taken, one in 10^49, is refused by the primary key, and `create` draws another.
    """

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002  # Django's signature
        if must_create or self.session_key is None:
            super().save(must_create)
            return
        row = self.create_model_instance(self._session)  # type: ignore[attr-defined]  # not in the stubs
        kept = self.model.objects.filter(pk=row.pk)
        if not kept.update(session_data=row.session_data, expire_date=row.expire_date):
            raise UpdateError  # signed out elsewhere meanwhile

    def _get_new_session_key(self) -> str:
        return get_random_string(32, VALID_KEY_CHARS)
