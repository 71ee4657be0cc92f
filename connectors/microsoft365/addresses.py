"""Which addresses are asked, and how they are put together. Nothing here speaks to anybody."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from firstbell.errors import Misconfigured

if TYPE_CHECKING:
    from kiota_abstractions.base_request_builder import BaseRequestBuilder

HTTPS = 443
# Where SharePoint has its upload sessions and downloads, and where it makes a PDF of a document.
FILE_HOSTS = ("sharepoint.com", "svc.ms")


def address_of(where: "BaseRequestBuilder | str", base: str, query: Mapping[str, Any]) -> str:
    """The whole address of one of the SDK's builders, of a path, or one that Graph itself gave.

    Raises Misconfigured for one of another server: nothing is sent there.
    """
    if isinstance(where, str):
        address = where if where.startswith(f"{base}/") else _below(base, where)
    else:
        address = _expanded(where, base)
    if not query:
        return address
    return f"{address}{'&' if '?' in address else '?'}{'&'.join(_pair(*each) for each in query.items())}"


def is_one_of(url: str, hosts: Collection[str], own: str) -> bool:
    """Whether an address is https and of one of these servers, or of those below them, or of our own `own`.

    What stands before an @ is no server; workflows give their addresses with the port that https has anyway.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    if parts.scheme != "https" or "@" in parts.netloc:
        return False
    host = parts.hostname or ""
    is_below = any(host == each or host.endswith(f".{each}") for each in hosts)
    return parts.netloc == urlsplit(own).netloc or (is_below and port in {None, HTTPS})


def _expanded(where: "BaseRequestBuilder", base: str) -> str:
    """The SDK's own template, without its query: it would drop in silence what the template does not name."""
    from kiota_abstractions.method import Method  # noqa: PLC0415 - heavy
    from kiota_abstractions.request_information import RequestInformation  # noqa: PLC0415

    return RequestInformation(Method.GET, where.url_template, {**where.path_parameters, "baseurl": base}).url


def _below(base: str, path: str) -> str:
    if not path.startswith("/"):
        raise Misconfigured("Microsoft 365 gave an address of another server: nothing was sent there")
    return f"{base}{path}"


def _pair(name: str, value: object) -> str:
    text = ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return f"{quote(name, safe='$@.')}={quote(text, safe='')}"
