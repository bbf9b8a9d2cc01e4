"""The pages of a login: few, small, and wary of whoever opens them."""
