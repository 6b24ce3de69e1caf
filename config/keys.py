"""Secrets that a data folder makes for itself once and then keeps."""

import base64
import hashlib
import hmac
import secrets
from pathlib import Path


def kept_secret(path: Path, *, size: int = 48) -> str:
    """Read the secret in this file; the first of several processes at once makes it."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(size), "utf-8")
        try:
            path.hardlink_to(draft)  # unlike a rename, this never replaces another's secret
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text("utf-8").strip()


def derived_key(secret: str, purpose: str) -> str:
    """A Fernet key for one purpose, so that a leak of it does not give away the secret."""
    digest = hmac.digest(secret.encode(), purpose.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode()
