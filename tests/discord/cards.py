"""What Discord accepts in one message, and ways to read a message as a person does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

TEXT, BUTTON, SELECT, GALLERY, FILE = 10, 2, 3, 12, 13
MAX_TEXT = 4000
MAX_COMPONENTS = 40


def walk(components: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield all components of a message, nested ones too."""
    for component in components:
        yield component
        yield from walk(component.get("components", []))
        if accessory := component.get("accessory"):
            yield accessory


def text_in(components: list[dict[str, Any]]) -> str:
    return "\n".join(str(part["content"]) for part in walk(components) if part["type"] == TEXT)


def text_of(message: Any) -> str:
    """Return all text that a message shows."""
    return text_in(message.components)


def custom_ids(message: Any) -> dict[str, str]:
    """Map labels of buttons and placeholders of menus to their custom ids."""
    return {
        str(part.get("label") or part.get("placeholder")): str(part["custom_id"])
        for part in walk(message.components)
        if "custom_id" in part
    }


def menu_of(message: Any, action: str = "cluster") -> dict[str, Any]:
    """Return the menu of a message that asks for `action`."""
    (menu,) = (
        part
        for part in walk(message.components)
        if part["type"] == SELECT and part["custom_id"].startswith(f"tms:{action}:")
    )
    return menu


def button_of(message: Any, label: str) -> dict[str, Any]:
    """Return the button of a message that is labelled so."""
    (button,) = (
        part for part in walk(message.components) if part["type"] == BUTTON and part["label"] == label
    )
    return button


def check_limits(components: list[dict[str, Any]], filenames: list[str]) -> None:
    """Fail unless Discord would take these components with these files."""
    parts = list(walk(components))
    assert len(parts) <= MAX_COMPONENTS
    texts = [str(part["content"]) for part in parts if part["type"] == TEXT]
    assert all(texts), "an empty text display is refused"
    assert sum(map(len, texts)) <= MAX_TEXT
    ids = [str(part["custom_id"]) for part in parts if "custom_id" in part]
    assert len(ids) == len(set(ids)), "custom ids are unique inside a message"
    assert all(1 <= len(each) <= 100 for each in ids)
    for part in parts:
        if part["type"] == BUTTON:
            assert 1 <= len(part["label"]) <= 80
        elif part["type"] == SELECT:
            _check_menu(part)
        elif part["type"] == 1:
            buttons = [each for each in part["components"] if each["type"] == BUTTON]
            assert len(buttons) <= 5
    assert sorted(_shown(parts)) == sorted(filenames), "a v2 message hides files that no component shows"


def _check_menu(menu: dict[str, Any]) -> None:
    assert len(menu.get("placeholder") or "") <= 150
    options = menu["options"]
    assert 1 <= len(options) <= 25
    assert len({option["value"] for option in options}) == len(options)
    for option in options:
        assert 1 <= len(option["label"]) <= 100
        assert 1 <= len(option["value"]) <= 100
        assert len(option.get("description") or "") <= 100


def _shown(parts: list[dict[str, Any]]) -> Iterator[str]:
    for part in parts:
        if part["type"] == GALLERY:
            for item in part["items"]:
                assert 1 <= len(item["description"]) <= 1024, "every picture has an alternative text"
                yield _name(item["media"])
        elif part["type"] == FILE:
            yield _name(part["file"])


def _name(media: dict[str, Any]) -> str:
    """Name the file of an `attachment://` address, or of the address that Discord made of it."""
    return str(media["url"]).partition("?")[0].rsplit("/", 1)[-1]


def check_message(message: Any) -> None:
    """Fail unless Discord would have taken this message."""
    check_limits(message.components, [attachment.filename for attachment in message.attachments])
    for attachment in message.attachments:
        assert len(attachment.description or "") <= 1024
