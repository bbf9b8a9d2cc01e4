"""Put tracks in an order: what a step costs, the wanted arcs, and the searches for the cheapest order."""

from services.analysis.ordering.solve import find_order
from services.analysis.ordering.transitions import describe_transitions

__all__ = ["describe_transitions", "find_order"]
