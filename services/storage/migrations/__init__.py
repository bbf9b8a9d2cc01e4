"""Migrations from every earlier version of the schema to the present one."""
