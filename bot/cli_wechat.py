"""The command that tells where the code to log WeChat in is shown."""

from __future__ import annotations

import json

import typer

from bot.cli_finish import Json, finish

commands = typer.Typer()


@commands.command("wechat-login")
def wechat_login(as_json: Json = False) -> None:
    """Print the address of the page with the code to scan, while a WeChat account waits for it."""
    finish(_tell(as_json=as_json))


async def _tell(*, as_json: bool) -> int:
    from bot.desk_errors import DeskError
    from bot.platforms.accounts import name_of, wechat_accounts
    from bot.platforms.wechat.door import told_in, within_reach
    from bot.printing import echo
    from config.settings import load_settings
    from config.words import catalogue

    settings = load_settings()
    accounts = [name_of("wechat", each) for each in wechat_accounts(settings)]
    try:
        found = told_in(settings.data_dir, accounts)
    except PermissionError as error:
        raise DeskError("scan_unreadable", path=error.filename) from None
    if as_json:
        typer.echo(json.dumps(found))
        return 0
    for platform, address in found.items():
        echo(f"{platform}: {address}")
    key = "desk.scan_page" if found else "desk.no_scan"
    if found and not within_reach(settings.host):
        key = "puppet.no_page"
    echo(catalogue().say(settings.language, key))
    return 0
