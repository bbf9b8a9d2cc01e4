"""The pages of a login, and the endpoint for signed interactions; nothing that comes in is trusted."""
