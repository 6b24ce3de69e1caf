"""What the SDK's own TypedDicts say a request may carry: they are of the pinned version."""

from __future__ import annotations

import sys
from decimal import Decimal
from functools import cache
from importlib import import_module
from types import UnionType
from typing import (
    Any,
    Final,
    Literal,
    NotRequired,
    Required,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from stripe import RequestOptions
from typing_extensions import is_typeddict

from tests.fakes.stripe.shapes import (
    Anything,
    Either,
    Fields,
    Flag,
    Lazy,
    Many,
    Number,
    Shape,
    Text,
    Unset,
    Whole,
)

OPTIONS: Final = frozenset(RequestOptions.__annotations__)
"""How a request is sent, not what it carries: the TypedDicts mix them in."""

PLAIN: Final[dict[Any, Shape]] = {int: Whole(), bool: Flag(), float: Number(), Decimal: Number()}


@cache
def asked(name: str) -> Shape:
    """The shape of `stripe.params`' TypedDict of that name, as `checkout.SessionCreateParams`."""
    return _fields(_named(name))


def names(asked_name: str) -> frozenset[str]:
    """The parameters of that TypedDict."""
    return frozenset(_named(asked_name).__annotations__) - OPTIONS


def _named(name: str) -> Any:
    package, _, last = name.rpartition(".")
    module = import_module(f"stripe.params.{package}" if package else "stripe.params")
    return getattr(module, last)


def _fields(typed: Any) -> Shape:
    own = {name: kind for name, kind in typed.__annotations__.items() if name not in OPTIONS}
    holder = type("Holder", (), {"__annotations__": own})
    known = vars(sys.modules[typed.__module__])
    hints = get_type_hints(holder, globalns=dict(known), include_extras=True)
    members = {name.rstrip("_"): _shape(kind) for name, kind in hints.items()}
    return Fields(members, sorted(typed.__required_keys__ - OPTIONS))


def _shape(kind: Any) -> Shape:
    origin = get_origin(kind)
    if origin in {NotRequired, Required}:
        return _shape(get_args(kind)[0])
    if origin in {Union, UnionType}:
        return _union(get_args(kind))
    if origin is Literal:
        return Unset() if get_args(kind) == ("",) else Text(get_args(kind))
    return _plain(kind)


def _plain(kind: Any) -> Shape:
    origin = get_origin(kind)
    if origin is list:
        return Many(_shape(get_args(kind)[0]))
    if origin is dict:
        return Fields({}, rest=Anything())
    if is_typeddict(kind):
        return Lazy(lambda: _fields(kind))
    return PLAIN.get(kind) or Text()


def _union(options: tuple[Any, ...]) -> Shape:
    """`Literal[...]|str` is how the SDK leaves room for later values: today's are the Literal's."""
    closed = [each for each in options if get_origin(each) is Literal and get_args(each) != ("",)]
    wanted = [each for each in options if not (closed and each is str) and not _is_untyped(each)]
    return Either([_shape(each) for each in wanted if each is not type(None)])


def _is_untyped(kind: Any) -> bool:
    """UntypedStripeObject: an answer's metadata handed back, the same on the wire as a dict."""
    return getattr(get_origin(kind) or kind, "__name__", "") == "UntypedStripeObject"
