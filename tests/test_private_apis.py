"""What is used of libraries beyond their public interfaces, one test each: an upgrade that changes it fails here."""

from __future__ import annotations

import inspect
from pathlib import Path

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from bot.server.gradio_window import preload
from bot.server.gradio_window.layout import import_gradio


def test_torch_says_which_half_precision_the_processor_has() -> None:
    import torch

    for supported in (torch.cpu._is_avx512_bf16_supported, torch.cpu._is_amx_tile_supported):
        assert isinstance(supported(), bool)


def test_uvicorn_protocol_has_what_the_limits_of_connections_use() -> None:
    source = inspect.getsource(H11Protocol.__init__)
    for name in ("loop", "transport", "cycle"):
        assert f"self.{name}" in source
    assert list(inspect.signature(H11Protocol.connection_made).parameters) == ["self", "transport"]
    assert list(inspect.signature(H11Protocol.connection_lost).parameters) == ["self", "exc"]
    assert "self.response_complete" in inspect.getsource(RequestResponseCycle.__init__)


def test_gradio_build_names_the_files_of_a_window() -> None:
    frontend = Path(str(import_gradio().__file__)).parent / "templates" / "frontend"
    plain = preload.needed(frontend, [])
    assert len(plain) > 3 and any(name.startswith("Blocks-") for name in plain)
    for kind in ("textbox", "chatbot", "button"):
        assert set(preload.needed(frontend, [kind])) > set(plain), kind
