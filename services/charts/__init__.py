"""Draw an analysis: pictures for a phone, each with a description and a text twin. Enter by `render`."""
