"""A rule as a form and back: the form says what the document says, whatever the document."""

from typing import Any

from hypothesis import HealthCheck, given, settings

from optimization.rules.form import expresses, fill, write
from optimization.rules.form.writing import same_meaning
from tests.optimization.rules.form_documents import sound_documents

OFTEN = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@OFTEN
@given(sound_documents())
def test_a_sound_document_comes_back_from_its_form_with_the_same_meaning(document: dict[str, Any]) -> None:
    again = write(fill(document)).document
    assert same_meaning(again, document)
    assert write(fill(again)).document == again
    assert expresses(document)
