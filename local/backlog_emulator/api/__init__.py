"""The endpoints under `/api/v2`: one module per part of the API, each with a table of paths and functions."""
