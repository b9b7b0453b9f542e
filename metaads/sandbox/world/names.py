"""Names as an agency would give them: market, funnel stage, product, audience, format and version."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Vocabulary:
    """Words of one advertiser. `order` is the average order value in euros."""

    site: str
    countries: tuple[str, ...]
    products: tuple[str, ...]
    interests: tuple[str, ...]
    themes: tuple[str, ...]
    lines: tuple[tuple[str, str], ...]
    order: float


VOCABULARIES = {
    "outdoor": Vocabulary(
        "https://www.northwind-outdoor.example",
        ("DE", "FR", "NL", "AT", "DACH"),
        ("Rain jackets", "Trail shoes", "Backpacks", "Merino base layers", "Tents", "Summer sale", "New arrivals"),
        ("Hiking", "Trail running", "Bikepacking", "Camping", "Climbing", "Ski touring"),
        ("Ridge walk", "Storm test", "Packshot blue", "Founder story", "Customer review", "Weekend list", "Hut to hut"),
        (
            ("Dry when it matters", "Three layers, 380 grams, 10-year repair promise."),
            ("Made for bad weather", "Tested through two Norwegian winters."),
            ("Your next 1,000 km", "Free returns for 60 days, also after the first hike."),
        ),
        52.0,
    ),
    "beauty": Vocabulary(
        "https://www.sakura-shop.example",
        ("JP", "Kanto", "Kansai", "JP-Metro"),
        ("Moisture serum", "UV milk", "Cleansing oil", "Sheet masks", "Lip tint", "Spring set", "Refill packs"),
        ("Skincare", "Bihaku", "J-beauty", "Sensitive skin", "Yoga", "Department store cosmetics"),
        (
            "Morning routine",
            "Before after",
            "Texture close-up",
            "Dermatologist",
            "Unboxing",
            "Cherry blossom",
            "30 days",
        ),
        (
            ("Light as water", "A serum for humid summers. 30-day trial size for 980 yen."),
            ("Skin that rests", "Seven ingredients, no fragrance."),
            ("The refill costs a third less", "Same bottle, less plastic."),
        ),
        41.0,
    ),
    "home": Vocabulary(
        "https://www.harborandpine.example",
        ("US", "US-East", "US-West", "CA", "US-South"),
        ("Linen bedding", "Oak shelves", "Cast iron", "Wool throws", "Table lamps", "Memorial Day", "Gift guide"),
        ("Interior design", "Home cooking", "Slow living", "New movers", "Renovation", "Farmhouse style"),
        (
            "Bedroom reset",
            "Cabin weekend",
            "Packshot oat",
            "Maker portrait",
            "Five-star review",
            "Room tour",
            "Care tips",
        ),
        (
            ("Sleep cooler", "Stonewashed linen that gets better each year."),
            ("Built to be handed down", "Solid white oak, assembled in ten minutes."),
            ("The pan you keep", "Pre-seasoned, ready tonight."),
        ),
        60.0,
    ),
}

STAGES = ("Prospecting", "Prospecting", "Retargeting", "Prospecting", "Loyalty", "Prospecting", "Retargeting")
PROSPECTS = (
    "Broad 25-54",
    "LAL 1% purchasers",
    "LAL 3% purchasers",
    "Interest: {interest}",
    "Broad 18-34",
    "Advantage+ audience",
)
RETARGETS = (
    "Visitors 30d",
    "Add to cart 14d",
    "IG engagers 90d",
    "Viewed product 7d",
    "Past buyers 180d",
    "Video viewers 50%",
)
_OBJECTIVES = {
    "OUTCOME_SALES": "Sales",
    "OUTCOME_TRAFFIC": "Traffic",
    "OUTCOME_LEADS": "Leads",
    "OUTCOME_ENGAGEMENT": "Engagement",
    "OUTCOME_AWARENESS": "Awareness",
}


def campaign_name(words: Vocabulary, number: int, stage: str, objective: str, shared: bool) -> str:
    """`DE | Prospecting | Rain jackets | Sales | CBO`, with a wave number once the words are used up."""
    country = words.countries[number % len(words.countries)]
    product = words.products[number % len(words.products)]
    wave = number // (len(words.countries) * len(words.products))
    tail = f" | Wave {wave + 1}" if wave else ""
    return f"{country} | {stage} | {product} | {_OBJECTIVES[objective]} | {'CBO' if shared else 'ABO'}{tail}"


def ad_set_name(words: Vocabulary, number: int, place: int, stage: str) -> str:
    """Audience of the ad set; `place` counts within the campaign."""
    pool = PROSPECTS if stage == "Prospecting" else RETARGETS
    text = pool[(number + place) % len(pool)].format(interest=words.interests[number % len(words.interests)])
    round_ = place // len(pool)
    return f"{text} v{round_ + 1}" if round_ else text


def ad_name(words: Vocabulary, number: int, place: int, label: str) -> str:
    """`Video | Storm test | Hook B`."""
    theme = words.themes[number % len(words.themes)]
    return f"{label} | {theme} | Hook {'ABCDEFGH'[place % 8]}{place // 8 or ''}"
