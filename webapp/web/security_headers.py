"""Response headers that keep a page to itself."""

from flask import Flask, Response, request

from webapp.web.htmx import HTMX_URL


def init_app(app: Flask) -> None:
    """Add the headers to every response that does not set its own."""
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' {HTMX_URL}",
            "style-src 'self'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "frame-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )

    @app.after_request
    def add_headers(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", policy)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        # CSRF protection over HTTPS wants a Referer from our own pages.
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin-allow-popups")
        headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        if request.is_secure:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if request.endpoint not in ("static", "site.htmx_file"):
            headers.setdefault("Cache-Control", "no-store")
        return response
