"""Apache Airflow provider that loads a Nulab Backlog space into Snowflake."""

from __future__ import annotations

from typing import Any

__version__ = "0.1.0"


def get_provider_info() -> dict[str, Any]:
    """Describe the provider to Airflow: its connection type with the form's fields, its hook and operators."""
    return {
        "package-name": "airflow-provider-backlog",
        "name": "Nulab Backlog",
        "description": "Loads `Nulab Backlog <https://nulab.com/backlog/>`__ into Snowflake.",
        "versions": [__version__],
        "integrations": [
            {
                "integration-name": "Nulab Backlog",
                "external-doc-url": "https://developer.nulab.com/docs/backlog/",
                "tags": ["service"],
            }
        ],
        "hooks": [
            {"integration-name": "Nulab Backlog", "python-modules": ["backlog_provider.hooks.backlog"]},
        ],
        "operators": [
            {
                "integration-name": "Nulab Backlog",
                "python-modules": [
                    "backlog_provider.operators.backlog_to_snowflake",
                    "backlog_provider.operators.backlog_census",
                    "backlog_provider.operators.backlog_views",
                ],
            }
        ],
        "connection-types": [
            {
                "hook-class-name": "backlog_provider.hooks.backlog.BacklogHook",
                "hook-name": "Backlog",
                "connection-type": "backlog",
                "ui-field-behaviour": {
                    "hidden-fields": ["login", "schema", "port", "extra"],
                    "relabeling": {"host": "Space", "password": "API key"},
                    "placeholders": {
                        "host": "https://SPACE.backlog.com",
                        "password": "Personal settings > API",
                    },
                },
                "conn-fields": {
                    "client_id": {
                        "label": "OAuth client ID",
                        "description": "Instead of an API key: an app that a user has authorized.",
                        "schema": {"type": ["string", "null"]},
                    },
                    "client_secret": {
                        "label": "OAuth client secret",
                        "schema": {"type": ["string", "null"], "format": "password"},
                    },
                    "refresh_token": {
                        "label": "OAuth refresh token",
                        "description": "The one that the authorization gave; later ones are kept in a Variable.",
                        "schema": {"type": ["string", "null"], "format": "password"},
                    },
                    "ca_bundle": {
                        "label": "CA bundle",
                        "description": "A file with the certificates to trust, where the usual ones are not enough.",
                        "schema": {"type": ["string", "null"]},
                    },
                    "pii_secret": {
                        "label": "PII secret",
                        "description": 'For pii="hash": a long random text that stays as it is, the secret of hashes.',
                        "schema": {"type": ["string", "null"], "format": "password"},
                    },
                },
            }
        ],
    }
