"""What a creative shows, as a person gives it and as Meta takes it (reference 6.4)."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from optimization.kinds.base import KindParameters
from optimization.kinds.campaign_template import MetaId, Name, Word

Link = Annotated[str, Field(pattern=r"^https?://[^\s]+$", max_length=2000)]
Text = Annotated[str, Field(max_length=2000)]


class CreateCreativeParameters(KindParameters):
    """Either `post` (page id _ post id), or `page_id` with an image (`image_hash`) or a video (`video_id`)."""

    name: Name
    post: Annotated[str, Field(pattern=r"^\d{1,32}_\d{1,32}$")] | None = Field(
        None, title="Existing post", description="Page id _ post id. It brings its own picture, texts and link."
    )
    page_id: MetaId | None = Field(None, title="Page", description="Meta's id of the page the ad speaks for.")
    image_hash: Annotated[str, Field(pattern=r"^[0-9A-Za-z_:-]{4,200}$")] | None = Field(
        None, title="Image hash", description="As the account's media library at Meta names it."
    )
    video_id: MetaId | None = Field(None, title="Video", description="Meta's id; it needs an image too.")
    message: Text = Field("", title="Primary text")
    headline: Text = Field("", title="Headline")
    description: Text = Field("", title="Description")
    link: Link | None = Field(None, title="Link", description="Where a click leads, with https://.")
    call_to_action: Word | None = Field(None, title="Call to action", description="Such as LEARN_MORE, SHOP_NOW.")

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if self.post is not None:
            if self.page_id or self.image_hash or self.video_id or self.link:
                raise ValueError("post: an existing post has its own picture, texts and link.")
            return self
        if self.page_id is None:
            raise ValueError("page_id: name the page that the ad speaks for, or an existing post.")
        if self.video_id is None and self.image_hash is None:
            raise ValueError("image_hash: give an image or a video.")
        if self.link is None:
            raise ValueError("link: say where a click leads.")
        if self.video_id is not None and self.call_to_action is None:
            raise ValueError("call_to_action: a video leads to its link only by one, such as LEARN_MORE.")
        if self.video_id is not None and self.image_hash is None:
            raise ValueError("image_hash: a video needs the picture that stands before it.")
        return self


def content_of(asked: CreateCreativeParameters) -> dict[str, Any]:
    if asked.post is not None:
        return {"object_story_id": asked.post}
    kind, data = ("video_data", _video(asked)) if asked.video_id else ("link_data", _link(asked))
    return {"object_story_spec": {"page_id": asked.page_id, kind: {name: one for name, one in data.items() if one}}}


def _link(asked: CreateCreativeParameters) -> dict[str, Any]:
    return {
        "link": asked.link,
        "message": asked.message,
        "name": asked.headline,
        "description": asked.description,
        "image_hash": asked.image_hash,
        "call_to_action": _action(asked),
    }


def _video(asked: CreateCreativeParameters) -> dict[str, Any]:
    return {
        "video_id": asked.video_id,
        "image_hash": asked.image_hash,
        "message": asked.message,
        "title": asked.headline,
        "link_description": asked.description,
        "call_to_action": _action(asked),
    }


def _action(asked: CreateCreativeParameters) -> dict[str, Any] | None:
    if asked.call_to_action is None:
        return None
    return {"type": asked.call_to_action, "value": {"link": asked.link}}
