"""Put tracks in an order: what a step costs, the wanted arcs, and the searches for the cheapest order."""

from services.analysis.ordering.figures import describe_transitions
from services.analysis.ordering.solve import find_order

__all__ = ["describe_transitions", "find_order"]
