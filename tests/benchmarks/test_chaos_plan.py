"""The plan of a chaos run: fixed by the seed, in parts or as a whole."""

from dataclasses import replace
from hashlib import sha256

from benchmarks.chaos.plan import DECK, Errand, Story, make_plan
from benchmarks.chaos.stripe.deck import STRIPE
from benchmarks.chaos.stripe.means import MEANS

SHORT = {story for story in Story if story.startswith("short_")}


def test_a_seed_has_one_plan() -> None:
    assert make_plan("one", 0, 60) == make_plan("one", 0, 60)


def test_another_seed_has_another_plan() -> None:
    assert make_plan("one", 0, 60) != make_plan("two", 0, 60)


def test_a_part_of_the_plan_is_what_the_whole_has_there() -> None:
    def apart_from_arrival(errands: list[Errand]) -> list[Errand]:
        return [replace(errand, arrives=0) for errand in errands]

    whole, part = make_plan("one", 0, 130), make_plan("one", 70, 30)
    assert apart_from_arrival(part) == apart_from_arrival(whole[70:100])


def test_each_deck_tells_every_story() -> None:
    size = len(DECK)
    told = {errand.story for errand in make_plan("one", size, size)}
    assert told == set(Story) - {Story.PAYS_TOO_LATE}


def test_the_deck_of_stripe_tells_every_story_but_those_of_a_bank_that_errs() -> None:
    size = len(STRIPE.orders)
    told = {errand.story for errand in make_plan("one", size, size, STRIPE)}
    assert told == set(Story) - {Story.MISTOLD, Story.SILENCE, *SHORT}


def test_every_way_to_pay_at_stripe_is_one_of_its_stand_in() -> None:
    assert {token for _story, token in STRIPE.orders} == MEANS.keys()


def test_the_plan_of_the_sandbox_stays_what_it_was() -> None:
    plan = [(e.number, e.story, e.token, e.sku, e.strikes) for e in make_plan("o1", 0, 500)]
    assert sha256(repr(plan).encode()).hexdigest()[:16] == "6988d71ffdaad486"


def test_shoppers_arrive_one_after_the_other() -> None:
    moments = [errand.arrives for errand in make_plan("one", 0, 60)]
    assert moments == sorted(moments)
