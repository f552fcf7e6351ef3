"""Methods about the bot itself: who it is, its menus and texts, updates, webhook, files."""

from __future__ import annotations

import json

from tests.fakes.bot_api.errors import ApiError, refused, wrong
from tests.fakes.bot_api.methods.registry import Asked, method
from tests.fakes.bot_api.records import Json

MOST_TO_DOWNLOAD = 20 * 1024 * 1024
#: Method -> (field of its result, key under which it is kept).
TEXTS = {
    "setMyName": "name",
    "setMyDescription": "description",
    "setMyShortDescription": "short_description",
}


@method("getMe", result="User")
def get_me(asked: Asked) -> Json:
    """Tell who the bot is."""
    can = {
        "can_join_groups": True,
        "can_read_all_group_messages": not asked.world.privacy,
        "supports_inline_queries": False,
    }
    return asked.world.bot | can


@method("logOut", "close", "setChatMenuButton", "setMyDefaultAdministratorRights")
def accept(asked: Asked) -> bool:
    """Accept what has no effect here."""
    return asked.name != ""


@method("setMyCommands")
def set_commands(asked: Asked) -> bool:
    """Keep a menu for a scope and a language."""
    asked.world.commands[_menu(asked)] = asked.params["commands"]
    return True


@method("getMyCommands", result="Array of BotCommand")
def get_commands(asked: Asked) -> list[Json]:
    """Tell a menu; exactly of this scope and language."""
    return asked.world.commands.get(_menu(asked), [])


@method("deleteMyCommands")
def delete_commands(asked: Asked) -> bool:
    """Forget a menu."""
    asked.world.commands.pop(_menu(asked), None)
    return True


@method(*TEXTS)
def set_text(asked: Asked) -> bool:
    """Keep the bot's name or description in a language."""
    key = TEXTS[asked.name]
    asked.world.texts[f"{key}:{asked.params.get('language_code', '')}"] = asked.params.get(key, "")
    return True


@method("getMyName", result="BotName")
@method("getMyDescription", result="BotDescription")
@method("getMyShortDescription", result="BotShortDescription")
def get_text(asked: Asked) -> Json:
    """Tell the bot's name or description."""
    key = TEXTS[f"s{asked.name[1:]}"]
    kept = asked.world.texts.get(f"{key}:{asked.params.get('language_code', '')}", "")
    return {key: kept or (asked.world.bot["first_name"] if key == "name" else "")}


@method("getFile", result="File")
def get_file(asked: Asked) -> Json:
    """Tell where a file can be fetched."""
    file = asked.world.files.get(asked.params["file_id"])
    if file is None:
        raise wrong("wrong file_id or the file is temporarily unavailable")
    if len(file.body) > MOST_TO_DOWNLOAD:
        raise refused("file is too big")
    return {**file.json(), "file_path": f"files/{file.id}"}


@method("getUpdates", result="")  # updates are checked when they are made
async def get_updates(asked: Asked) -> list[Json]:
    """Wait for updates."""
    if asked.world.webhook.url:
        raise ApiError(
            409,
            "Conflict: can't use getUpdates method while webhook is active; "
            "use deleteWebhook to delete the webhook first",
        )
    given, updates = asked.params, asked.world.updates
    updates.allow(given.get("allowed_updates"))
    return await updates.poll(
        given.get("offset", 0), given.get("limit", 100), given.get("timeout", 0)
    )


@method("setWebhook", "deleteWebhook")
def set_webhook(asked: Asked) -> bool:
    """Let updates be delivered to an address, or (without one) no longer."""
    given, updates = asked.params, asked.world.updates
    updates.allow(given.get("allowed_updates"))
    if given.get("drop_pending_updates"):
        updates.queue.clear()
    asked.world.webhook.set(
        given.get("url", ""), given.get("secret_token", ""), given.get("max_connections", 40)
    )
    return True


@method("getWebhookInfo", result="WebhookInfo")
def webhook_info(asked: Asked) -> Json:
    """Tell how delivery goes."""
    return asked.world.webhook.info()


def _menu(asked: Asked) -> str:
    scope = asked.params.get("scope") or {"type": "default"}
    return json.dumps([scope, asked.params.get("language_code", "")], sort_keys=True)
