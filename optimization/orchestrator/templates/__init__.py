"""Goals that are shipped, one a file. Adding one: write the file, list it here (docs/adding/goal.md)."""

from optimization.orchestrator.templates.app_installs import APP_INSTALLS
from optimization.orchestrator.templates.base import GoalTemplate, Shipped
from optimization.orchestrator.templates.build_audience import BUILD_AUDIENCE
from optimization.orchestrator.templates.fan_segmentation import FAN_SEGMENTATION
from optimization.orchestrator.templates.followers import FOLLOWERS
from optimization.orchestrator.templates.leads import LEADS
from optimization.orchestrator.templates.presave import PRESAVE
from optimization.orchestrator.templates.sales import SALES
from optimization.orchestrator.templates.streams import STREAMS
from optimization.orchestrator.templates.traffic import TRAFFIC
from optimization.orchestrator.templates.virality import VIRALITY

ALL: tuple[Shipped, ...] = (
    *(STREAMS, PRESAVE, VIRALITY, FOLLOWERS, BUILD_AUDIENCE),
    *(FAN_SEGMENTATION, SALES, LEADS, TRAFFIC, APP_INSTALLS),
)
BY_KEY: dict[str, Shipped] = {one.key: one for one in ALL}

__all__ = ["ALL", "BY_KEY", "GoalTemplate", "Shipped"]
