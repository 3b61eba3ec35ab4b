"""The JSON API for programs, `/api/v1`: bearer tokens, pydantic models, problem details, OpenAPI 3.1."""
