"""Ad kinds: what an image, a video, a carousel or a collection does to prices and reactions."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    """Factors on CPM, CTR and conversion rate; views and thruplays per impression; Meta's `object_type`."""

    key: str
    label: str
    object_type: str
    price: float
    clicks: float
    sales: float
    views: float
    thruplays: float


SHAPES = (
    Shape("image", "Static", "SHARE", 1.00, 1.00, 1.00, 0.0, 0.0),
    Shape("video", "Video", "VIDEO", 0.90, 0.85, 0.95, 0.34, 0.11),
    Shape("carousel", "Carousel", "SHARE", 1.05, 1.10, 1.05, 0.0, 0.0),
    Shape("collection", "Collection", "SHARE", 1.10, 1.15, 1.10, 0.0, 0.0),
    Shape("reel", "Reel", "VIDEO", 0.78, 0.75, 0.90, 0.41, 0.14),
)
BY_KEY = {shape.key: shape for shape in SHAPES}
