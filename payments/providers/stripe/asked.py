"""What we ask of Stripe, as it wants to be asked. Pure: requests in, parameters out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from orders.money import Money
from payments.providers.base import CaptureRequest, CreateRequest, RefundRequest
from payments.providers.bill import Item
from payments.providers.evidence import EvidenceTexts
from payments.providers.stripe.bill import COUPON_NAME, bill_of, line_item, wire_amount
from payments.providers.stripe.kept import KeptCard

if TYPE_CHECKING:
    from stripe.params import (
        CouponCreateParams,
        DisputeUpdateParamsEvidence,
        PaymentIntentCaptureParams,
        PaymentIntentCreateParams,
        RefundCreateParams,
    )
    from stripe.params.checkout import SessionCreateParams

OUR_REF: Final = "our_ref"
"""The metadata by which a session, its payment and its refunds are known as ours."""
OUR_CURRENCY: Final = "our_currency"
"""The metadata that says in reports which currency we have booked a payment in."""
TEXT: Final = 20_000
ALLOWED: Final = {"card": ("card", "link")}
"""What a session may be paid by, where that is more than the way itself.

Apple Pay and Google Pay are cards to Stripe, and Link is a type of its own here: it tells nothing
of the card behind it (docs.stripe.com/payments/link/link-payment-integrations).
"""
KEEPABLE: Final = ("card",)
"""What it may be paid by where it is kept: what is charged again is a card, also if by Link."""
LOCALES: Final = {"zh-hans": "zh", "zh-hant": "zh-TW", "en-gb": "en-GB", "pt-br": "pt-BR"}
"""Languages that Stripe's page calls otherwise than Django."""
SPOKEN: Final = frozenset(
    [
        *("bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fil", "fr", "hr", "hu", "id"),
        *("it", "ja", "ko", "lt", "lv", "ms", "mt", "nb", "nl", "pl", "pt", "ro", "ru", "sk"),
        *("sl", "sv", "th", "tr", "vi", "zh"),
    ]
)


def session_params(request: CreateRequest) -> SessionCreateParams:
    """A Checkout Session, on Stripe's page or ours; raises ProviderRejected on a wrong amount.

    It leads back to us in any case, and says nothing of how it went: we ask. It is paid in the
    order's own currency, whatever the account's settings at Stripe say. Where the shopper wants the
    card kept, only cards pay it, so that what Stripe keeps is one.
    """
    bill = bill_of(request)
    params: SessionCreateParams = {
        "mode": "payment",
        "client_reference_id": request.our_ref,
        "line_items": [line_item(item, request) for item in bill.lines],
        "allowed_payment_method_types": _allowed(request),
        "adaptive_pricing": {"enabled": False},
        "metadata": {OUR_REF: request.our_ref},
        "payment_intent_data": {
            "metadata": _marks(request),
            "description": request.description,
        },
    }
    if request.email:
        params["customer_email"] = request.email
    if request.embedded:
        params["ui_mode"], params["return_url"] = "elements", request.return_url
    else:
        params["ui_mode"], params["locale"] = "hosted_page", _locale(request.language)
        params["success_url"] = request.return_url
        params["cancel_url"] = request.cancel_url or request.return_url
    if bill.discount:
        params["discounts"] = [{"coupon": request.our_ref}]
    if request.hold:
        params["payment_intent_data"]["capture_method"] = "manual"
        params["payment_method_options"] = {"card": {"request_multicapture": "if_available"}}
    if request.save_method:
        params["customer_creation"] = "always"
        params["payment_intent_data"]["setup_future_usage"] = "off_session"
    if request.method == "wechat_pay":
        params["payment_method_options"] = {"wechat_pay": {"client": "web"}}
    return params


def _allowed(request: CreateRequest) -> list[str]:
    if request.save_method:
        return list(KEEPABLE)
    return list(ALLOWED.get(request.method, [request.method]))


def _marks(request: CreateRequest) -> dict[str, str]:
    return {OUR_REF: request.our_ref, OUR_CURRENCY: request.amount.currency}


def coupon_params(request: CreateRequest, discount: Item) -> CouponCreateParams:
    """What lowers the price of one session, and of no other; its id is our reference."""
    currency = request.amount.currency
    return {
        "id": request.our_ref,
        "name": discount.name or request.description[:COUPON_NAME],
        "amount_off": wire_amount(Money(-discount.amount, currency)),
        "currency": currency.lower(),
        "duration": "once",
        "max_redemptions": 1,
    }


def intent_params(request: CreateRequest) -> PaymentIntentCreateParams:
    """A kept card is charged at once, as if nobody were there: most banks ask no more."""
    kept = KeptCard.named(request.saved_method)
    params: PaymentIntentCreateParams = {
        "amount": wire_amount(request.amount),
        "currency": request.amount.currency.lower(),
        "customer": kept.customer,
        "payment_method": kept.card,
        "allowed_payment_method_types": ["card"],
        "return_url": request.return_url,
        "capture_method": "manual" if request.hold else "automatic",
        "confirm": True,
        "off_session": True,
        "description": request.description,
        "metadata": _marks(request),
    }
    if request.hold:
        params["payment_method_options"] = {"card": {"request_multicapture": "if_available"}}
    return params


def capture_params(request: CaptureRequest) -> PaymentIntentCaptureParams:
    """`final_capture` is said only where it is not: not every account may capture in parts."""
    params: PaymentIntentCaptureParams = {"amount_to_capture": wire_amount(request.amount)}
    if not request.final:
        params["final_capture"] = False
    return params


def refund_params(request: RefundRequest, intent: str) -> RefundCreateParams:
    """Staff's words are not Stripe's three reasons, so they stay with us."""
    return {
        "payment_intent": intent,
        "amount": wire_amount(request.amount),
        "metadata": {OUR_REF: request.our_ref},
    }


def evidence_params(texts: EvidenceTexts) -> DisputeUpdateParamsEvidence:
    """What we have to say, in Stripe's fields; what it has none for, in that for the rest."""
    rest = (texts.statement, texts.dispatch, texts.customer)
    named: DisputeUpdateParamsEvidence = {
        "product_description": texts.goods[:TEXT],
        "refund_refusal_explanation": texts.refunds[:TEXT],
        "cancellation_policy_disclosure": texts.terms[:TEXT],
        "uncategorized_text": "\n\n".join(text for text in rest if text)[:TEXT],
    }
    return {name: text for name, text in named.items() if text}  # type: ignore[return-value]  # a part of the same fields


def _locale(language: str) -> str:
    """The shopper's language as Stripe's page calls it, or that of the browser."""
    code = language.lower()
    known = LOCALES.get(code) or code.partition("-")[0]
    return known if known in SPOKEN or known in LOCALES.values() else "auto"
