"""Fernhill's own pages: the shelves, one product, and the letters it has sent."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from demo.browse import Browse, Sort
from demo.models import DemoMail, Product

MAILS_SHOWN = 50


@require_safe
def product_list(request: HttpRequest) -> HttpResponse:
    try:
        browse = Browse.asked(request.GET)
    except ValueError as unknown:
        raise Http404 from unknown
    return render(request, "demo/product_list.html", {"browse": browse, "sorts": Sort})


@require_safe
def product_page(request: HttpRequest, slug: str) -> HttpResponse:
    product = get_object_or_404(Product, slug=slug, active=True)
    more = Product.objects.filter(active=True, category=product.category, stock__gt=0)
    context = {"product": product, "more": more.exclude(pk=product.pk)[:4]}
    return render(request, "demo/product_page.html", context)


@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    return render(request, "demo/mailbox.html", {"mails": DemoMail.objects.all()[:MAILS_SHOWN]})


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    return render(request, "demo/terms.html")


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # one picture for all
    """For pages that name no icon, such as the admin's."""
    return redirect(static("demo/mark.svg"))
