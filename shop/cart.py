"""What shoppers do with a cart. Prices are never stored, only asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shop.catalog import Product
from shop.conf import configured_catalog, shop_settings
from shop.models import Cart, CartLine
from shop.pricing import Problem, Quote, Wanted, problem_of, quote


class CartRefused(Exception):
    """The cart stays as it was; the message tells the shopper why, `sku` which line it is about."""

    def __init__(self, message: str, sku: str = "") -> None:
        super().__init__(message)
        self.sku = sku


def find_cart(*, token: str | None, user_id: int | None) -> Cart | None:
    """The cart of a session or of a signed-in shopper; one takes in the other at sign-in."""
    by_session = _by_token(token) if token else None
    if by_session and user_id and by_session.user_id is None:
        try:
            return _adopt(by_session, user_id)
        except IntegrityError:  # something was added meanwhile, without a lock
            return _adopt(by_session, user_id)
    if by_session and by_session.user_id in {None, user_id}:
        return by_session
    return Cart.objects.filter(user_id=user_id).order_by("pk").last() if user_id else None


def _by_token(token: str) -> Cart | None:
    """A cart with its lines by one statement, unless it has none."""
    lines = list(CartLine.objects.select_related("cart").filter(cart__token=token))
    if not lines:
        return Cart.objects.filter(token=token).first()
    cart = lines[0].cart
    cart.held = lines
    return cart


def _adopt(cart: Cart, user_id: int) -> Cart | None:
    """At sign-in the session's cart becomes the shopper's and takes in what older ones held."""
    with transaction.atomic():
        mine = Q(pk=cart.pk) | Q(user_id=user_id)
        carts = list(Cart.objects.select_for_update(no_key=True).filter(mine).order_by("-pk"))
        if cart not in carts:  # ordered in another tab a moment ago
            return carts[0] if carts else None
        held = set(cart.lines.values_list("sku", flat=True))
        for old in carts:  # two are rare: a double click while there was none
            if old != cart:
                more = set(old.lines.values_list("sku", flat=True)) - held
                old.lines.filter(sku__in=more).update(cart=cart)
                old.delete()
                held |= more
        cart.user_id = user_id
        cart.save(update_fields=["user"])
    return cart


def add_to_cart(*, cart: Cart | None, user_id: int | None, wanted: Sequence[Wanted]) -> Cart:
    """Add pieces to the cart, or to a new one; all lines or none. Raises CartRefused."""
    pieces = _merged(wanted)
    products = configured_catalog().find(list(pieces))
    # A transaction of somebody around this could not survive a lost race: there the lock decides.
    if len(pieces) == 1 and transaction.get_autocommit():
        [(sku, more)] = pieces.items()
        want, product = Wanted(sku, more), products.get(sku)
        if cart is None:
            return _begun(user_id, want, product)
        if _added_alone(cart, want, product):
            return cart
    try:
        return _add_together(cart, user_id, products, pieces=pieces)
    except IntegrityError:  # another click was quicker with the same product
        return _add_together(cart, user_id, products, pieces=pieces)


def _begun(user_id: int | None, want: Wanted, product: Product | None) -> Cart:
    """A new cart with one product. It needs no transaction: an empty cart is nobody's loss."""
    _check(want.quantity, product)
    cart = Cart.objects.create(user_id=user_id)
    CartLine(cart=cart, sku=want.sku, quantity=want.quantity).save(force_insert=True)
    return cart


def _added_alone(cart: Cart, want: Wanted, product: Product | None) -> bool:
    """Add one product by one statement without a lock; False where something came in between."""
    held = {line.sku: line for line in cart.held}
    line = held.get(want.sku)
    quantity = want.quantity + (line.quantity if line else 0)
    if line is None:
        _check_room(len(held), 1)
    _check(quantity, product)
    if line:
        as_read = CartLine.objects.filter(pk=line.pk, quantity=line.quantity)
        return bool(as_read.update(quantity=quantity))
    if 2 * len(held) > shop_settings().max_lines:  # clicks at once could fill it too full
        return False
    try:
        CartLine(cart=cart, sku=want.sku, quantity=quantity).save(force_insert=True)
    except IntegrityError:  # the same click twice, or the cart was ordered a moment ago
        return False
    return True


def _add_together(
    cart: Cart | None,
    user_id: int | None,
    products: Mapping[str, Product],
    *,
    pieces: Mapping[str, int],
) -> Cart:
    with transaction.atomic():
        # A cart that was ordered in another tab a moment ago is gone: a new one takes its place.
        cart = cart and _locked(cart)
        lines = cart.lines.select_for_update() if cart else ()
        held = {line.sku: line for line in lines}
        if cart is None:
            cart = Cart.objects.create(user_id=user_id)
        fresh = [CartLine(cart=cart, sku=sku, quantity=0) for sku in pieces if sku not in held]
        _check_room(len(held), len(fresh))
        more = [held[sku] for sku in pieces if sku in held]
        for line in (*more, *fresh):
            line.quantity += pieces[line.sku]
            _check(line.quantity, products.get(line.sku))
        CartLine.objects.bulk_create(fresh)
        CartLine.objects.bulk_update(more, ["quantity"])
    return cart


def _locked(cart: Cart) -> Cart | None:
    """The cart, once nobody else changes it; a line that is added without a lock does not wait."""
    return Cart.objects.select_for_update(no_key=True).filter(pk=cart.pk).first()


def _merged(wanted: Sequence[Wanted]) -> dict[str, int]:
    pieces: dict[str, int] = {}
    for want in wanted:
        if want.quantity < 1:
            raise CartRefused(_("Choose a quantity of at least 1."))
        pieces[want.sku] = pieces.get(want.sku, 0) + want.quantity
    if not pieces:
        raise CartRefused(_("Choose a product to add."))
    return pieces


def _check_room(held: int, more: int) -> None:
    most = shop_settings().max_lines
    if more and held + more > most:
        raise CartRefused(_("A cart holds at most %(most)d different products.") % {"most": most})


def _check(quantity: int, product: Product | None) -> None:
    problem = problem_of(quantity, product, max_quantity=shop_settings().max_quantity)
    if problem:
        raise CartRefused(explain(problem, product), sku=product.sku if product else "")


def explain(problem: Problem, product: Product | None) -> str:
    """One sentence for the shopper about a line that cannot be bought."""
    name = product.name if product else ""
    left = (product.available if product else 0) or 0
    match problem:
        case Problem.GONE:
            return _("This product is no longer for sale.")
        case Problem.SOLD_OUT:
            return _("%(name)s is sold out.") % {"name": name}
        case Problem.TOO_FEW:
            text = ngettext(
                "Only %(left)d piece of %(name)s is left.",
                "Only %(left)d pieces of %(name)s are left.",
                left,
            )
            return text % {"left": left, "name": name}
        case Problem.TOO_MANY:
            most = shop_settings().max_quantity
            return _("You can order at most %(most)d pieces of one product.") % {"most": most}


def set_quantity(*, cart: Cart, wanted: Sequence[Wanted]) -> None:
    """Set lines of the cart to new quantities, 0 removes; all or none. Raises CartRefused."""
    if any(want.quantity < 0 for want in wanted):
        raise CartRefused(_("A quantity cannot be negative."))
    with transaction.atomic():
        _locked(cart)
        held = {line.sku: line for line in cart.lines.all()}
        changed = [
            want for want in wanted if want.sku in held and held[want.sku].quantity != want.quantity
        ]
        products = configured_catalog().find([want.sku for want in changed if want.quantity])
        for want in changed:
            held[want.sku].quantity = want.quantity
            if want.quantity:
                _check(want.quantity, products.get(want.sku))
        lines = [held[want.sku] for want in changed]
        cart.lines.filter(pk__in=[line.pk for line in lines if not line.quantity]).delete()
        CartLine.objects.bulk_update([line for line in lines if line.quantity], ["quantity"])


def remove_from_cart(*, cart: Cart, sku: str) -> None:
    """Take one line out. A second call changes nothing."""
    cart.lines.filter(sku=sku).delete()


def lines_of(*, token: str | None, user_id: int | None) -> QuerySet[CartLine]:
    """What the cart of a session or a signed-in shopper holds; a guest's is found by its lines."""
    if user_id is None:
        guests = CartLine.objects.filter(cart__token=token, cart__user=None)
        return guests if token else CartLine.objects.none()
    cart = find_cart(token=token, user_id=user_id)
    return cart.lines.all() if cart else CartLine.objects.none()


def count_pieces(*, token: str | None, user_id: int | None) -> int:
    """How many pieces the cart of a session or a signed-in shopper holds."""
    return lines_of(token=token, user_id=user_id).aggregate(n=Sum("quantity"))["n"] or 0


def quote_cart(cart: Cart | None) -> Quote:
    """Today's price of what the cart holds now."""
    return quote_lines(cart.lines.all() if cart else ())


def quote_lines(lines: Iterable[CartLine]) -> Quote:
    """Today's price of these lines."""
    return quote_pieces([Wanted(line.sku, line.quantity) for line in lines])


def quote_pieces(wanted: Sequence[Wanted]) -> Quote:
    """Today's price of so many pieces."""
    conf = shop_settings()
    products = configured_catalog().find([want.sku for want in wanted]) if wanted else {}
    return quote(wanted, products, currency=conf.currency, max_quantity=conf.max_quantity)
