"""Fernhill's own pages: the shelves, one product, and the letters it has sent."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from demo.models import Category, DemoMail, Product

PRODUCTS_PER_PAGE = 24
MAILS_SHOWN = 50


@require_safe
def product_list(request: HttpRequest) -> HttpResponse:
    category = _category(request.GET.get("category", ""))
    products = Product.objects.filter(active=True)
    if category:
        products = products.filter(category=category)
    page = Paginator(products, PRODUCTS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "category": category, "categories": SHOWN_CATEGORIES}
    return render(request, "demo/product_list.html", context)


SHOWN_CATEGORIES = [category for category in Category if category != Category.OTHER]


def _category(value: str) -> Category | None:
    if not value:
        return None
    try:
        return Category(value)
    except ValueError as unknown:
        raise Http404 from unknown


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
