"""The plan of a chaos run: fixed by the seed, in parts or as a whole."""

from dataclasses import replace

from benchmarks.chaos.plan import DECK, Errand, Story, make_plan


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
    assert {errand.story for errand in make_plan("one", size, size)} == set(Story)


def test_shoppers_arrive_one_after_the_other() -> None:
    moments = [errand.arrives for errand in make_plan("one", 0, 60)]
    assert moments == sorted(moments)
