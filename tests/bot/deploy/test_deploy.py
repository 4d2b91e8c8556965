"""What hosts need: the Space that is written, and the files for containers and services, as far as they can be read."""

from __future__ import annotations

import re
import sys
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.cli import commands as cli
from bot.config import HELP, BotConfig, allow_followed, load_config
from bot.deploy import write_space
from bot.server.health import health_body
from bot.server.reingest.routes import PATH
from ingest.errors import ConfigError

ROOT = Path(__file__).resolve().parents[3]
SETTING = re.compile(r"\bFOOTNOTE_[A-Z]+(?:_[A-Z]+)*\b")
OTHER = {"FOOTNOTE_URL"}  # a variable of the Action


def front_matter(folder: Path) -> dict[str, Any]:
    _, head, _ = (folder / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    return dict(yaml.safe_load(head))


# --- the Space


def test_a_space_is_complete_and_follows_the_blog(tmp_path: Path) -> None:
    names = write_space(tmp_path / "space", blog="https://www.her-blog.example", title='Ask "Her: blog"')
    assert names == ["Dockerfile", "README.md"]
    head = front_matter(tmp_path / "space")
    assert (head["sdk"], head["app_port"], head["title"]) == ("docker", 7860, 'Ask "Her: blog"')
    assert {"emoji", "colorFrom", "colorTo", "license", "pinned"} <= head.keys()
    lines = (tmp_path / "space" / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert "ENV FOOTNOTE_FOLLOW=https://www.her-blog.example/" in lines
    assert "USER 1000" in lines and "EXPOSE 7860" in lines
    text = "\n".join(lines) + (tmp_path / "space" / "README.md").read_text(encoding="utf-8")
    assert not re.search(r"\$(?:title|heading|package|follow)|\$\{", text)
    assert "footnote-blog" in text and "lost at a restart" in text


def test_the_space_in_the_repository_is_what_the_command_writes(tmp_path: Path) -> None:
    write_space(tmp_path / "space")
    for file in (tmp_path / "space").iterdir():
        written = re.sub(r"footnote-blog(==[\w.]+)?", "footnote-blog", file.read_text(encoding="utf-8"))
        kept = (ROOT / "deploy" / "space" / file.name).read_text(encoding="utf-8")
        assert re.sub(r"footnote-blog(==[\w.]+)?", "footnote-blog", kept) == written


def test_a_wheel_is_put_beside_it(tmp_path: Path) -> None:
    wheel = tmp_path / "footnote_blog-1-py3-none-any.whl"
    wheel.write_bytes(b"wheel")
    assert wheel.name in write_space(tmp_path / "space", wheel=wheel)
    assert (tmp_path / "space" / wheel.name).read_bytes() == b"wheel"


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")
    with pytest.raises(ConfigError, match="not empty"):
        write_space(tmp_path)
    with pytest.raises(ConfigError, match="not empty"):
        write_space(tmp_path / "README.md")
    assert [file.name for file in tmp_path.iterdir()] == ["README.md"]


@pytest.mark.parametrize(
    "blog",
    [
        "her-blog",
        "ftp://her-blog.example",
        "https://a.example\nRUN rm -rf /",
        "https://a.example/$(id)",
        "https://a.example/`id`",
    ],
)
def test_no_address_becomes_a_command(tmp_path: Path, blog: str) -> None:
    with pytest.raises(ConfigError, match="no address of a blog"):
        write_space(tmp_path / "space", blog=blog)
    assert not (tmp_path / "space").exists()


def test_a_title_is_one_short_line(tmp_path: Path) -> None:
    write_space(tmp_path / "one", title="Ask\n---\nsdk: static")
    assert front_matter(tmp_path / "one")["sdk"] == "docker"
    with pytest.raises(ConfigError, match="60 characters"):
        write_space(tmp_path / "two", title="x" * 61)


def test_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def footnote(*words: str) -> int:
        monkeypatch.setattr(sys, "argv", ["footnote", "deploy", "space", *words])
        with pytest.raises(SystemExit) as end:
            cli.main()
        return int(end.value.code or 0)

    assert footnote(str(tmp_path / "space")) == 0
    assert "FOOTNOTE_FOLLOW" in capsys.readouterr().out
    assert footnote(str(tmp_path / "space")) == 2
    assert "not empty" in capsys.readouterr().err


# --- one setting is enough


def test_a_followed_blog_may_show_the_chat() -> None:
    config = allow_followed(load_config({"FOOTNOTE_FOLLOW": "https://www.her-blog.example/feed.xml notes"}))
    assert config.allowed_origins == ("https://www.her-blog.example", "https://her-blog.example")
    assert "https://www.b.example" in allow_followed(BotConfig(follow=("https://b.example",))).allowed_origins
    assert allow_followed(BotConfig(follow=("http://127.0.0.1:7",))).allowed_origins == (
        "http://127.0.0.1:7",
    )
    assert allow_followed(BotConfig(follow=("https://", "my-posts/"))).allowed_origins == ()


def test_sites_that_are_named_are_the_whole_list() -> None:
    config = BotConfig(follow=("https://b.example",), allowed_origins=("https://c.example",))
    assert allow_followed(config) == config


# --- files that others run


def test_compose_has_a_server_and_a_proxy_with_a_certificate() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    footnote, caddy = compose["services"]["footnote"], compose["services"]["caddy"]
    assert "ports" not in footnote  # reached over the proxy only
    assert footnote["volumes"] == ["data:/data"] and "VOLUME /data" in container()
    assert set(compose["volumes"]) == {"data", "certificates"}
    assert "--to footnote:7860" in caddy["command"] and {"80:80", "443:443"} <= set(caddy["ports"])
    subnet = compose["networks"]["default"]["ipam"]["config"][0]["subnet"]
    environment = {"FOOTNOTE_TRUSTED_PROXIES": footnote["environment"]["FOOTNOTE_TRUSTED_PROXIES"]}
    assert load_config(environment).trusted_proxies == (subnet,)


def test_the_compose_file_of_several_machines_shares_all_that_servers_share() -> None:
    folder = ROOT / "deploy" / "wide"
    compose = yaml.safe_load((folder / "compose.yaml").read_text(encoding="utf-8"))
    first, second = compose["services"]["first"], compose["services"]["second"]
    shared = {"FOOTNOTE_DATABASE_URL", "FOOTNOTE_RATE_STORE", "FOOTNOTE_OWNER_TOKEN", "FOOTNOTE_FOLLOW"}
    assert first["environment"] == second["environment"] and shared <= set(first["environment"])
    assert first["image"] == second["image"] and first["volumes"] != second["volumes"]
    engines = {"FOOTNOTE_DATABASE_URL": "postgresql://footnote:x@postgres:5432/footnote"}
    assert (
        engines["FOOTNOTE_DATABASE_URL"].partition("x@")[2] in first["environment"]["FOOTNOTE_DATABASE_URL"]
    )
    assert load_config(
        {**engines, "FOOTNOTE_RATE_STORE": first["environment"]["FOOTNOTE_RATE_STORE"]}
    ).database
    assert {"postgres", "redis"} <= set(compose["services"])
    more = yaml.safe_load((folder / "chroma.yaml").read_text(encoding="utf-8"))["services"]
    assert more["first"]["environment"] == more["second"]["environment"]
    assert load_config({**engines, **more["first"]["environment"]}).chroma
    assert more["chroma"]["image"].startswith("chromadb/chroma:1.")
    assert first["build"]["args"]["EXTRAS"] == "wide"
    assert any("python3 -m bot.requirements $EXTRAS" in line for line in container())
    subnet = compose["networks"]["default"]["ipam"]["config"][0]["subnet"]
    assert first["environment"]["FOOTNOTE_TRUSTED_PROXIES"] == subnet
    proxy = (folder / "Caddyfile").read_text(encoding="utf-8")
    assert "lb_policy cookie" in proxy and "health_uri /healthz" in proxy and "path /api/reingest" in proxy
    assert all(f"{{${name}}}" in proxy for name in compose["services"]["caddy"]["environment"])


def container() -> list[str]:
    return (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()


def test_the_container_runs_as_nobody_in_particular_and_checks_its_health() -> None:
    assert {"USER 1000", "EXPOSE 7860", 'CMD ["footnote", "serve"]'} <= set(container())
    assert any(line.startswith("HEALTHCHECK") for line in container()) and callable(health_body)
    assert any("/healthz" in line for line in container())


def test_the_action_asks_for_what_the_server_has() -> None:
    action = yaml.safe_load((ROOT / "deploy" / "reingest.yml").read_text(encoding="utf-8"))
    (step,) = action["jobs"]["reingest"]["steps"]
    assert f'"${{FOOTNOTE_URL%/}}{PATH}"' in step["run"] and "--request POST" in step["run"]
    assert "${{" not in step["run"]  # values come as variables, so that none becomes a command
    assert set(step["env"]) == {"FOOTNOTE_URL", "FOOTNOTE_OWNER_TOKEN"}
    assert "push" in action[True]  # YAML reads the key "on" so


def test_the_unit_starts_the_server_as_a_user_of_its_own() -> None:
    unit = ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(ROOT / "deploy" / "footnote.service")
    service = unit["Service"]
    assert service["ExecStart"].endswith("/footnote serve") and service["User"] == "footnote"
    assert service["StateDirectory"] == "footnote"


@pytest.mark.parametrize(
    "name",
    ["Dockerfile", "compose.yaml", "deploy/wide/compose.yaml", "docs/wide.md", "deploy/footnote.service", "deploy/reingest.yml", "deploy/space/Dockerfile",
     "deploy/space/README.md", "docs/live.md"],
)  # fmt: skip
def test_every_setting_that_they_name_exists(name: str) -> None:
    named = set(SETTING.findall((ROOT / name).read_text(encoding="utf-8"))) - OTHER
    assert {one.removeprefix("FOOTNOTE_").lower() for one in named} <= HELP.keys()
