"""The judge itself: it lets right numbers pass and stops wrong and vague ones."""

from __future__ import annotations

import pytest
from judge import agree_number


def says(estimate: float, error: float, exact: float, share: bool = False) -> None:
    agree_number("x", estimate, error, exact, share)


def test_right_numbers_pass() -> None:
    says(100.3, 0.1, 100.0)
    says(0.9795, 0.0001, 0.9793, share=True)


@pytest.mark.parametrize("wrong", [101.0, 99.0])
def test_a_mistake_of_one_percent_never_passes(wrong: float) -> None:
    """With the largest error allowed the mistake is 8 standard errors; 3.5 of luck would have to hide it."""
    for luck in (-3.5, 0.0, 3.5):
        with pytest.raises(AssertionError, match="standard errors off"):
            says(wrong + luck * 0.12, 0.12, 100.0)


def test_vague_numbers_do_not_pass() -> None:
    with pytest.raises(AssertionError, match="more than"):
        says(100.0, 0.13, 100.0)
    with pytest.raises(AssertionError, match="more than"):
        says(0.99, 0.0002, 0.99, share=True)  # 2 % of the shortfall
    with pytest.raises(AssertionError, match="no error"):
        says(100.0, 0.0, 100.0)
