"""Tests of services.compute."""
