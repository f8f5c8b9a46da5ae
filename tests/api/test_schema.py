"""The OpenAPI document says what the doors do, and its page needs no other host."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client

from tests.api.doors import lists, searches, singles
from tests.queries.crowd import Crowd

OPERATIONS = {
    "/api/v1/users/": ("list_users", "UserCardPage", {"cursor", "limit"}),
    "/api/v1/users/{user_id}/": ("get_user", "UserWithStats", {"user_id"}),
    "/api/v1/users/{user_id}/posts/": (
        "list_user_posts", "PostRecordPage", {"user_id", "cursor", "limit"},
    ),
    "/api/v1/users/{user_id}/followers/": (
        "list_followers", "FollowRecordPage", {"user_id", "cursor", "limit"},
    ),
    "/api/v1/users/{user_id}/following/": (
        "list_following", "FollowRecordPage", {"user_id", "cursor", "limit"},
    ),
    "/api/v1/users/search/": ("search_users", "UserCardPage", {"query", "limit"}),
    "/api/v1/posts/search/": (
        "search_posts", "PostRecordPage", {"query", "order", "cursor", "limit"},
    ),
    "/api/v1/hashtags/search/": ("search_hashtags", "HashtagRecordPage", {"prefix", "limit"}),
    "/api/v1/posts/": ("list_posts", "PostRecordPage", {"cursor", "limit"}),
    "/api/v1/posts/{post_id}/": ("get_post", "PostWithComments", {"post_id", "limit"}),
    "/api/v1/posts/{post_id}/comments/": (
        "list_comments", "CommentRecordPage", {"post_id", "cursor", "limit"},
    ),
    "/api/v1/videos/": ("list_videos", "VideoRecordPage", {"cursor", "limit"}),
    "/api/v1/videos/{video_id}/": ("get_video", "VideoRecord", {"video_id"}),
}  # fmt: skip
ID = {"type": "string", "pattern": "^[0-9]+$"}


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The document, which the command validates against the standard; a warning fails."""
    target: Path = tmp_path_factory.mktemp("schema") / "schema.yaml"
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(target))
    return yaml.safe_load(target.read_text())


def test_it_names_every_door(document: Any) -> None:
    found = {
        path: (
            methods["get"]["operationId"],
            _name(methods["get"]["responses"]["200"]),
            {parameter["name"] for parameter in methods["get"]["parameters"]},
        )
        for path, methods in document["paths"].items()
    }
    assert found == OPERATIONS


def test_each_operation_is_described_with_a_tag_and_its_errors(document: Any) -> None:
    for path, methods in document["paths"].items():
        operation = methods["get"]
        assert operation["description"]
        assert len(operation["tags"]) == 1
        errors = {"400", "503"} | ({"404"} if "{" in path else set())
        assert set(operation["responses"]) == {"200"} | errors
        assert {_name(operation["responses"][code]) for code in errors} == {"ErrorAnswer"}


def test_the_limit_of_followers_is_fifty_unless_given(document: Any) -> None:
    parameters = document["paths"]["/api/v1/users/{user_id}/followers/"]["get"]["parameters"]
    (limit,) = (p["schema"] for p in parameters if p["name"] == "limit")
    assert limit == {"type": "integer", "minimum": 1, "maximum": 100, "default": 50}


def test_ids_are_strings_and_times_are_times(document: Any) -> None:
    schemas = document["components"]["schemas"]
    post, comment = schemas["PostRecord"]["properties"], schemas["CommentRecord"]["properties"]
    assert post["id"] == ID
    assert comment["parent_id"] == {"anyOf": [ID, {"type": "null"}]}
    assert post["created_at"] == {"type": "string", "format": "date-time"}
    assert post["likes_count"] == {"type": "integer", "minimum": 0}
    assert schemas["ErrorDetail"]["required"] == ["code", "message"]


def test_every_reference_leads_somewhere(document: Any) -> None:
    named = set(re.findall(r"#/components/schemas/([\w.]+)", str(document)))
    assert named <= set(document["components"]["schemas"])


def test_answers_are_as_described(document: Any, crowd: Crowd, client: Client) -> None:
    """Every answer has the properties of its component, no more and no fewer, of those types."""
    parts = {"user_id": crowd.star.pk, "post_id": crowd.posts[0].pk, "video_id": crowd.videos[0].pk}
    addresses = {*lists(crowd).values(), *singles(crowd).values(), *searches().values()}
    for path, (_, component, _) in OPERATIONS.items():
        address = path.format(**parts)
        addresses.remove(address)
        _fits(client.get(address).json(), {"$ref": f"/{component}"}, document)
    assert not addresses


def test_the_page_is_served_from_here(client: Client) -> None:
    page = client.get("/api/docs/").content.decode()
    assert not re.search(r"""(?:https?:)?//[\w-]+\.""", page)
    addresses = re.findall(r"""(?:src|href)="([^"]+)""", page)
    assert len(addresses) >= 3
    for address in addresses:
        assert finders.find(address.removeprefix("/static/")), address
    assert 'url: "/api/schema/"' in page
    assert 'layout: "BaseLayout"' in page, "the standalone layout asks validator.swagger.io"


def test_the_document_is_served(client: Client) -> None:
    answer = client.get("/api/schema/", {"format": "json"})
    assert answer.status_code == 200
    assert answer.json()["openapi"].startswith("3.1")


def _name(response: Any) -> str:
    return str(response["content"]["application/json"]["schema"]["$ref"]).rpartition("/")[2]


def _fits(value: Any, schema: Any, document: Any) -> None:
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        (schema,) = (s for s in schema["anyOf"] if (s["type"] == "null") == (value is None))
    kinds: dict[str, type] = {
        "object": dict,
        "array": list,
        "string": str,
        "integer": int,
        "boolean": bool,
    }
    is_kind = type(value) is kinds.get(schema["type"], type(None))
    assert is_kind, (value, schema)
    for name, part in schema.get("properties", {}).items():
        _fits(value[name], part, document)
    if schema["type"] == "object":
        assert set(value) == set(schema["properties"]) == set(schema["required"])
    if schema["type"] == "array":
        for item in value:
            _fits(item, schema["items"], document)
    assert re.search(schema.get("pattern", ""), str(value))
