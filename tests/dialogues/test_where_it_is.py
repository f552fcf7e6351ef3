"""Where a report is: checked against the places that exist; a contradiction is asked about."""

from __future__ import annotations

import pytest

from tests.harness import GROUP4, Stage


async def place(stage: Stage, number: int = 1) -> dict[str, str]:
    """The parts of the place of a request, as it was understood."""
    return dict((await stage.request(number)).place)


@pytest.mark.parametrize("text", ["4栋电梯坏了", "4栋没水了"])
async def test_what_is_said_of_another_house_is_in_no_unit_of_ones_own(
    stage: Stage, text: str
) -> None:
    await stage.li.says(text)  # she lives in 3-2
    assert await place(stage) == {"building": "4"}
    assert stage.page(stage.chen).title.endswith("4栋")


async def test_a_unit_that_is_said_of_another_house_is_meant(stage: Stage) -> None:
    await stage.li.says("4栋2单元没水了")
    assert await place(stage) == {"building": "4", "unit": "2"}


@pytest.mark.parametrize("text", ["电梯坏了", "3栋电梯坏了", "我们楼电梯坏了"])
async def test_the_lift_of_ones_own_house_is_in_ones_own_unit(stage: Stage, text: str) -> None:
    await stage.li.says(text)
    assert await place(stage) == {"building": "3", "unit": "2"}


async def test_who_speaks_in_another_houses_group_means_no_unit_of_ones_own_there(
    stage: Stage,
) -> None:
    await stage.li.says("楼道灯坏了", GROUP4)
    assert (await place(stage)).get("unit") is None or (await place(stage))["building"] == "3"
