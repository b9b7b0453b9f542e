"""Packed columns: nothing is lost, equal is equal, damage is noticed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intelligence.columns import BadColumns, Opened, pack, unpack

numbers = st.lists(
    st.one_of(
        st.floats(allow_infinity=True),
        st.integers(-(2**33), 2**33).map(float),
        st.decimals(0, 10**7, places=2, allow_nan=False).map(float),
    ),
    max_size=30,
)


@given(numbers)
def test_every_number_comes_back_bit_for_bit(values: list[float]) -> None:
    column = np.array(values, dtype=np.float64)
    again = unpack(pack({"spend": column}))["spend"]
    np.testing.assert_array_equal(again, column)
    np.testing.assert_array_equal(np.signbit(again[~np.isnan(again)]), np.signbit(column[~np.isnan(column)]))


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=9), max_size=9))
def test_every_text_comes_back(values: list[str]) -> None:
    column = np.array(values, dtype=np.str_)
    assert unpack(pack({"name": column}))["name"].tolist() == values


def test_whole_keys_come_back_as_they_are() -> None:
    keys = np.array([1, 238_500_000_000_000_123], dtype=np.int64)
    assert unpack(pack({"ids": keys}))["ids"].tolist() == keys.tolist()


def test_columns_keep_their_names_and_order() -> None:
    columns = {"b": np.array([1.0]), "a": np.array(["x"]), "c": np.array([np.nan])}
    assert list(unpack(pack(columns))) == ["b", "a", "c"]


def test_equal_columns_give_equal_bytes_and_others_do_not() -> None:
    one, same, other = ({"x": np.array([1.5, value])} for value in (2.0, 2.0, 2.01))
    assert pack(one) == pack(same)
    assert pack(one) != pack(other)


def test_cents_and_counts_take_a_quarter_of_the_room() -> None:
    cents = np.round(np.random.default_rng(1).random(10_000) * 100, 2)
    assert len(pack({"spend": cents})) < cents.nbytes / 2


@pytest.mark.parametrize("blob", [b"", b"nonsense", b"CI01", pack({"x": np.array([1.0, 2.0])})[:-4]])
def test_a_damaged_blob_says_so(blob: bytes) -> None:
    with pytest.raises(BadColumns):
        unpack(blob)


def test_a_column_of_another_type_is_refused() -> None:
    with pytest.raises(TypeError):
        pack({"x": np.array([True])})


def many(rows: int) -> dict[str, np.ndarray]:
    return {name: np.arange(rows, dtype=np.float64) + i for i, name in enumerate("abcdef")}


def test_columns_that_were_closed_are_there_again_when_asked_for() -> None:
    opened = Opened(pack(many(50_000)))
    for name in ("a", "f", "b"):
        assert opened[name].tolist() == many(50_000)[name].tolist()
        opened.close()


def test_the_first_column_of_many_does_not_open_all_of_them() -> None:
    opened = Opened(pack(many(200_000)))
    assert opened["a"][-1] == 199_999
    assert len(opened._open) < 2 * 200_000 * 4


def test_damage_is_noticed_when_the_damaged_column_is_asked_for() -> None:
    blob = pack(many(200_000))
    opened = Opened(blob[: len(blob) // 2])
    with pytest.raises(BadColumns):
        opened["f"]
