"""In which range the truth of an estimated value probably lies."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from services.analysis.imputation.constants import Constants, load_constants
from services.analysis.imputation.shapes import to_shape
from services.analysis.imputation.variance import raw_errors, to_raw
from services.domain.features import SOUND_FEATURES, Feature

_HALVINGS = 40


def likely_range(
    feature: Feature,
    value: float,
    standard_error: float,
    coverage: float = 0.8,
    *,
    constants: Constants | None = None,
) -> tuple[float, float]:
    """Compute the central interval that covers the truth with probability `coverage`.

    Lopsided where the feature is: an acousticness of 0.1 may well be 0.5 but never -0.3. `value` and
    `standard_error` are those of an imputed value, in the feature's own unit.

    Raises
    ------
    ValueError
        If `feature` is not one of the sound features or `coverage` is not between 0 and 1.
    """
    c = constants or load_constants()
    if not 0 < coverage < 1:
        raise ValueError(f"coverage is a probability between 0 and 1, not {coverage}")
    column = SOUND_FEATURES.index(feature)
    raw = np.zeros((1, len(SOUND_FEATURES)))
    raw[0, column] = value
    middle = (to_shape(raw) - c.centre) / c.spread
    # The error grows with the deviation in shape space: halve until the deviation that made it is found.
    low, high = 0.0, 6.0
    for _ in range(_HALVINGS):
        guess = (low + high) / 2
        if raw_errors(middle, np.full_like(middle, guess), c)[0, column] < standard_error:
            low = guess
        else:
            high = guess
    reach = NormalDist().inv_cdf(0.5 + coverage / 2) * high
    return float(to_raw(middle - reach, c)[0, column]), float(to_raw(middle + reach, c)[0, column])
