"""Shared files of projects, in directories, and their links with issues and wiki pages."""
