"""Settings: what the owner changes without a file, in force as soon as it is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.config import DEFAULT_TITLE, PREFIX, SettingRefused
from bot.server.desk.site_check import check_site, fetch_page
from bot.server.desk.tab import HIDDEN, QUIET, Desk, html_block, note, panel, words_of
from bot.server.desk.words import mark
from bot.server.gradio_window import import_gradio
from bot.server.guard import server_address

if TYPE_CHECKING:
    from bot.server.desk.tab import Request

SWITCHES = ("paused", "feedback")  # of feedback, the file has "off" or nothing
GROUPS = {
    "window": ("title", "greeting", "colour", "languages", "notice"),
    "readers": ("allowed_origins", "emergency", "feedback"),
    "pause": ("paused", "pause_message"),
    "model": ("model_answers",),  # of no use without a chat model
}


def build(desk: Desk) -> None:
    """Add the form and the check of a site."""
    gr = import_gradio()
    fixed = desk.settings.fixed
    fields: dict[str, Any] = {}
    for group, names in GROUPS.items():
        if group != "model" or desk.config.model:
            panel(f"settings-{group}", html_block(f"<h2>{mark(f'settings_group_{group}')}</h2>"))
            fields |= {name: _field(name, fixed) for name in names}
    texts = tuple(name for name in fields if name not in SWITCHES)
    save = gr.Button(mark("settings_save"), elem_id="settings-save", variant="primary")
    result = panel("settings-result")
    lead = f"<h2>{mark('settings_check')}</h2><p>{mark('settings_check_lead')}</p>"
    panel("settings-check-lead", html_block(lead))
    with gr.Row():
        site = gr.Textbox(
            label=mark("settings_check_label"), placeholder="https://www.your-blog.com", max_lines=1, max_length=300,
            elem_id="settings-site",
        )  # fmt: skip
        check = gr.Button(mark("settings_check_button"), elem_id="settings-check")
    verdict = panel("settings-verdict")

    def load(request: Request) -> list[Any]:  # noqa: ARG001 - Gradio fills it in
        return [_shown(desk, name) for name in fields]

    def change(entered: dict[Any, Any], request: Request) -> str:
        words = words_of(request)
        wanted = {name: str(entered[fields[name]] or "") for name in texts}
        wanted["paused"] = "true" if entered[fields["paused"]] else ""
        wanted["feedback"] = "" if entered[fields["feedback"]] else "off"
        try:
            desk.settings.change({name: text for name, text in wanted.items() if name not in fixed})
        except SettingRefused as error:
            return note(f"{words(f'settings_{error.name}')}: {error.reason}", "bad")
        return note(words("settings_saved"))

    def look(address: str, request: Request) -> str:
        config = desk.settings.current()
        home = server_address(request.request) if request.request else ""
        found = check_site(address or "", config.allowed_origins, home, fetch_page(config.allow_private))
        return note(words_of(request)(found.text, **found.values), "good" if found.is_good else "bad")

    desk.page.load(desk.handler(load, 0), None, list(fields.values()), queue=False, **QUIET)
    save.click(desk.handler(change), set(fields.values()), result, **HIDDEN)
    gr.on([check.click, site.submit], desk.handler(look), site, verdict, **HIDDEN)


def _field(name: str, fixed: frozenset[str]) -> Any:
    gr = import_gradio()
    shown = {
        "label": mark(f"settings_{name}"),
        "info": _info(name, fixed),
        "interactive": name not in fixed,
        "elem_id": f"settings-field-{name}",
    }
    return gr.Checkbox(**shown) if name in SWITCHES else gr.Textbox(**shown, max_lines=1)


def _shown(desk: Desk, name: str) -> Any:
    """What a field of the form shows: the owner's setting, or that of the environment, and what counts while it is empty."""
    stored, current = desk.settings.stored(), desk.settings.current()
    if name in SWITCHES:
        return current.paused if name == "paused" else current.feedback_file is not None
    in_force = _written(getattr(current, name))
    if name in desk.settings.fixed:
        return in_force
    if name in stored or in_force == DEFAULT_TITLE:  # which readers see in their own language
        in_force = ""
    return import_gradio().update(value=stored.get(name, ""), placeholder=in_force)


def _written(value: object) -> str:
    return " ".join(value) if isinstance(value, tuple) else str(value)


def _info(name: str, fixed: frozenset[str]) -> str:
    hint = mark(f"settings_{name}_hint")
    return f"{hint} {mark('settings_set_by')} {PREFIX}{name.upper()}." if name in fixed else hint
