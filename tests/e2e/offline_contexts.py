"""Give roc-validator's cache the two contexts of our crates: ``python offline_contexts.py CACHE CRATE``.

The context of RO-Crate 1.1 comes with the package `rocrate` 0.13. That of Workflow Run Crate is in no package: an empty
one stands in for it, which is the same for a crate that uses none of its terms; this is checked.
"""

import json
import sys
from pathlib import Path

import requests
import rocrate
import urllib3
from requests_cache import CachedSession

cache, crate = sys.argv[1:]
path = Path(rocrate.__file__).parent / "data/ro-crate.jsonld"
known = json.loads(path.read_text(encoding="utf-8"))["@context"]
described = json.loads(Path(crate, "ro-crate-metadata.json").read_text(encoding="utf-8"))
terms = {key for entity in described["@graph"] for key in entity if not key.startswith("@")}
types = {name for entity in described["@graph"] for name in [entity["@type"]] if isinstance(name, str)}
assert terms | types <= set(known), f"not in {path.name}: {(terms | types) - set(known)}"

session = CachedSession(cache, expire_after=-1)
for address, context in zip(described["@context"], (known, {}), strict=True):
    body = json.dumps({"@context": context}).encode()
    response = requests.Response()
    response.status_code, response.url, response._content = 200, address, body
    response.headers["Content-Type"] = "application/ld+json"
    response.request = requests.Request("GET", address).prepare()
    response.raw = urllib3.HTTPResponse(body, dict(response.headers), 200, request_url=address)
    session.cache.save_response(response)
