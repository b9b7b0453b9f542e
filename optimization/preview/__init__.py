"""What a rule would find and propose now, with no record left."""

from optimization.preview.answer import Preview, PreviewMiss, PreviewRow
from optimization.preview.ask import PreviewFailed, look_of, preview
from optimization.preview.found import change_text

__all__ = ["Preview", "PreviewFailed", "PreviewMiss", "PreviewRow", "change_text", "look_of", "preview"]
