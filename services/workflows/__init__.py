"""The sentences of the product: what happens, in order, when somebody asks for something."""
