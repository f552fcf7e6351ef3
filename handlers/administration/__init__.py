"""Coordinators' commands that are about the whole: help, settings, doctor, audit."""
