"""Methods that change what stands: edits, deletions, reactions, pins, answers to presses."""

from __future__ import annotations

from datetime import timedelta

from tests.fakes.bot_api.chats import Chat
from tests.fakes.bot_api.errors import refused, wrong
from tests.fakes.bot_api.files import described
from tests.fakes.bot_api.methods.content import file_of, keyboard, shown
from tests.fakes.bot_api.methods.registry import Asked, method
from tests.fakes.bot_api.records import Json, Message
from tests.fakes.bot_api.updates import PRESSES_KEPT

DELETABLE = timedelta(hours=48)
SAME = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


@method("editMessageText", result="Message")
def edit_text(asked: Asked) -> Json:
    """Change the text; without a keyboard the old one goes."""
    if "text" not in asked.params:
        raise wrong("message text is empty")
    new = shown(asked.params, "text")
    return _edit(asked, new, ("text", "entities"), "there is no text in the message to edit")


@method("editMessageCaption", result="Message")
def edit_caption(asked: Asked) -> Json:
    """Change the words under a picture."""
    new = shown(asked.params, "caption")
    return _edit(asked, new, ("caption", "caption_entities"), "there is no caption in the message")


@method("editMessageReplyMarkup", result="Message")
def edit_markup(asked: Asked) -> Json:
    """Change the buttons only."""
    return _edit(asked, {}, (), "")


@method("editMessageMedia", result="Message")
def edit_media(asked: Asked) -> Json:
    """Change the picture and its words."""
    item = asked.params["media"]
    file = file_of(asked, item["media"])
    new = described(asked.world, item["type"], file) | shown(item, "caption")
    return _edit(asked, new, ("photo", "document", "video", "caption", "caption_entities"), "")


@method("deleteMessage")
def delete_message(asked: Asked) -> bool:
    """Take a message away, if it is the bot's own and young, or the bot may."""
    chat = asked.chat()
    _delete(asked, chat, asked.message(chat, "message to delete not found"))
    return True


@method("deleteMessages")
def delete_messages(asked: Asked) -> bool:
    """Take several away; those that are not there are passed over."""
    chat = asked.chat()
    for number in asked.params["message_ids"]:
        if found := chat.message(number):
            _delete(asked, chat, found)
    return True


@method("setMessageReaction")
def set_reaction(asked: Asked) -> bool:
    """Put the bot's one reaction on a message, or take it away."""
    chat = asked.chat()
    message = asked.message(chat, "message to react not found")
    given = asked.params.get("reaction", ())
    if any(each["type"] != "emoji" for each in given):  # not among those that bots may use
        raise wrong("REACTION_INVALID")
    wanted = [each["emoji"] for each in given]
    if chat.allowed_reactions is not None and not chat.allowed_reactions.issuperset(wanted):
        raise refused("REACTION_INVALID")
    message.marks[asked.me] = wanted
    asked.world.changes.happened()
    return True


@method("answerCallbackQuery")
def answer_press(asked: Asked) -> bool:
    """Tell the presser; once, and not too late."""
    press = asked.world.presses.get(asked.params["callback_query_id"])
    late = press is None or press.answered or asked.world.now() - press.at > PRESSES_KEPT
    if press is None or late:
        raise refused("query is too old and response timeout expired or query ID is invalid")
    press.answered, press.answer = True, asked.params.get("text", "")
    press.alert = asked.params.get("show_alert", False)
    asked.world.changes.happened()
    return True


@method("pinChatMessage")
def pin(asked: Asked) -> bool:
    """Pin a message; groups are told."""
    chat = asked.chat()
    message = asked.message(chat, "message to pin not found")
    asked.need(chat, "can_pin_messages", "not enough rights to manage pinned messages in the chat")
    chat.pinned.append(message.id)
    asked.world.speak(chat, asked.world.bot, {"pinned_message": message.json(quoted=True)})
    return True


@method("unpinChatMessage", "unpinAllChatMessages")
def unpin(asked: Asked) -> bool:
    """Unpin one message, the newest, or all."""
    chat = asked.chat()
    asked.need(chat, "can_pin_messages", "not enough rights to manage pinned messages in the chat")
    number = asked.params.get("message_id")
    if asked.name == "unpinAllChatMessages":
        chat.pinned.clear()
    elif number in chat.pinned:
        chat.pinned.remove(number)
    elif number is None and chat.pinned:
        chat.pinned.pop()
    return True


@method(
    "editEphemeralMessageText",
    "editEphemeralMessageCaption",
    "editEphemeralMessageReplyMarkup",
    "deleteEphemeralMessage",
)
def change_ephemeral(asked: Asked) -> bool:
    """Change or take away what one member sees for a while."""
    chat = asked.chat()
    number: int = asked.params["ephemeral_message_id"]
    if not 1 <= number <= len(chat.ephemeral):
        raise refused("message to edit not found")
    message = chat.ephemeral[number - 1]
    if asked.name.startswith("delete"):
        message.deleted = True
    else:
        message.body |= shown(asked.params, "text") | shown(asked.params, "caption")
    return True


def _edit(asked: Asked, new: Json, replaced: tuple[str, ...], missing: str) -> Json:
    new = new | keyboard(asked.params)
    if "chat_id" not in asked.params:
        raise wrong("message identifier is not specified")
    chat = asked.writable()
    message = asked.message(chat, "message to edit not found")
    if not message.by_bot:
        raise refused("message can't be edited")
    if missing and replaced[0] == "text" and "text" not in message.body:
        raise refused(missing)
    kept = {k: v for k, v in message.body.items() if k not in {*replaced, "reply_markup"}}
    body = kept | new
    if body == message.body:
        raise refused(SAME)
    message.edits.append(message.text)
    message.body, message.edited_at = body, asked.world.now()
    asked.world.changes.happened()
    return message.json()


def _delete(asked: Asked, chat: Chat, message: Message) -> None:
    if asked.world.now() - message.at > DELETABLE:
        raise refused("message can't be deleted for everyone")
    if not message.by_bot:
        asked.need(chat, "can_delete_messages", "message can't be deleted")
    message.deleted = True
    asked.world.changes.happened()
