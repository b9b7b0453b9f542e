"""JSON typed by hand in admin: whatever is wrong with it becomes a message at the field, never a crash."""

import json
from typing import Any, NoReturn

from django import forms
from django.core.exceptions import ValidationError
from django.forms.fields import InvalidJSONInput


def _no_number(name: str) -> NoReturn:
    raise ValidationError(f"{name} is no number here.")


def load_json(text: str) -> Any:
    """What `text` says. Refuses, as ValidationError, also what Python or the database cannot hold.

    That is nesting without end, integers of thousands of digits, NaN and infinity, NUL and halves of characters.
    """
    try:
        value = json.loads(text, parse_constant=_no_number)
        json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise ValidationError(f"Line {error.lineno}, column {error.colno}: {error.msg}.") from None
    except RecursionError:
        raise ValidationError("It is nested too deeply to be read.") from None
    except UnicodeEncodeError:
        raise ValidationError(
            "A text holds half a character (\\ud800 to \\udfff); write the character itself."
        ) from None
    except ValueError:
        raise ValidationError("It holds a number with far too many digits.") from None
    if "\\u0000" in text.replace("\\\\", ""):  # pairs of backslashes stand for themselves, so they hide no escape
        raise ValidationError("A text holds the character NUL (\\u0000), which no database keeps. Remove it.")
    return value


class TagsField(forms.JSONField):
    """A JSON list of texts."""

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values or not isinstance(value, str):
            return super().to_python(value)
        tags = load_json(value)
        if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
            raise ValidationError('Write a list of texts, like ["summer", "test"].')
        return tags

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What was typed, shown again as it was if it is not sound."""
        try:
            load_json(data or "null")
        except ValidationError:
            return InvalidJSONInput(data)
        return super().bound_data(data, initial)
