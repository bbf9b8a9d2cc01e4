"""What a person typed or pressed becomes a typed request, or a look at something stored."""
