"""Settings: what the owner changes without a file, in force as soon as it is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.config import PREFIX, SettingRefused
from bot.server.desk.tab import HIDDEN, QUIET, Desk, words_of
from bot.server.desk.words import mark
from bot.server.gradio_window import import_gradio
from bot.server.guard import allows, origin_of

if TYPE_CHECKING:
    from bot.server.desk.tab import Request

TEXTS = (
    "title",
    "greeting",
    "colour",
    "languages",
    "allowed_origins",
    "emergency",
    "notice",
    "pause_message",
    "model_answers",
)
SWITCHES = ("paused", "feedback")  # of feedback, the file has "off" or nothing


def build(desk: Desk) -> None:
    """Add the form and the check of a site."""
    gr = import_gradio()
    fixed = desk.settings.fixed
    fields: dict[str, Any] = {}
    for name in SWITCHES:
        fields[name] = gr.Checkbox(
            label=mark(f"settings_{name}"), info=_info(name, fixed), interactive=name not in fixed
        )
    for name in TEXTS:
        fields[name] = gr.Textbox(
            label=mark(f"settings_{name}"),
            info=_info(name, fixed),
            interactive=name not in fixed,
            max_lines=1,
        )
    save = gr.Button(mark("settings_save"), elem_id="settings-save", variant="primary")
    result = gr.Markdown(elem_id="settings-result", container=False)
    with gr.Row():
        site = gr.Textbox(
            label=mark("settings_check"), placeholder="https://www.your-blog.com", max_lines=1, max_length=300
        )
        check = gr.Button(mark("settings_check_button"), elem_id="settings-check")
    verdict = gr.Markdown(elem_id="settings-verdict", container=False)

    def load(request: Request) -> list[Any]:  # noqa: ARG001 - Gradio fills it in
        return _values(desk)

    def change(entered: dict[Any, Any], request: Request) -> str:
        words = words_of(request)
        wanted = {name: str(entered[fields[name]] or "") for name in TEXTS}
        wanted["paused"] = "true" if entered[fields["paused"]] else ""
        wanted["feedback"] = "" if entered[fields["feedback"]] else "off"
        try:
            desk.settings.change({name: text for name, text in wanted.items() if name not in fixed})
        except SettingRefused as error:
            return f"{words(f'settings_{error.name}')}: {error.reason}"
        return words("settings_saved")

    def check_site(address: str, request: Request) -> str:
        return words_of(request)(site_verdict(address, desk.settings.current().allowed_origins))

    desk.page.load(desk.handler(load), None, list(fields.values()), queue=False, **QUIET)
    save.click(desk.handler(change), set(fields.values()), result, **HIDDEN)
    check.click(desk.handler(check_site), site, verdict, **HIDDEN)


def site_verdict(address: str, origins: tuple[str, ...]) -> str:
    """The key of the text on a site: is it an address, may it show the chat, does it need https?"""
    address = address.strip()
    origin = origin_of(address if "://" in address else f"https://{address}")
    if origin is None or not address:
        return "settings_site_bad"
    return "settings_site_yes" if allows(origins, origin) else "settings_site_no"


def _values(desk: Desk) -> list[Any]:
    """What the form shows: the owner's settings, and of those that are set elsewhere what is in force."""
    stored, current = desk.settings.stored(), desk.settings.current()
    switches: list[Any] = [current.paused, current.feedback_file is not None]
    texts = [
        _written(getattr(current, name)) if name in desk.settings.fixed else stored.get(name, "")
        for name in TEXTS
    ]
    return switches + texts


def _written(value: object) -> str:
    return " ".join(value) if isinstance(value, tuple) else str(value)


def _info(name: str, fixed: frozenset[str]) -> str:
    hint = mark(f"settings_{name}_hint")
    return f"{hint} {mark('settings_set_by')} {PREFIX}{name.upper()}." if name in fixed else hint
