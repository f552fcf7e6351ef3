"""Methods about chats: what they are, who is in them, topics, tags, leaving."""

from __future__ import annotations

from tests.fakes.bot_api.chats import Topic
from tests.fakes.bot_api.errors import refused
from tests.fakes.bot_api.methods.registry import Asked, method
from tests.fakes.bot_api.records import Json, Member


@method("getChat", result="ChatFullInfo")
def get_chat(asked: Asked) -> Json:
    """Tell of a chat; of people only those who ever spoke to the bot."""
    chat = asked.chat()
    if not chat.is_group and not chat.started:
        raise refused("chat not found")
    return chat.full()


@method("getChatMember", result="ChatMember")
def get_member(asked: Asked) -> Json:
    """Tell what somebody is; of others only administrators may always ask."""
    chat, user_id = asked.chat(), asked.params["user_id"]
    if user_id != asked.me and user_id not in asked.world.users:
        raise refused("PARTICIPANT_ID_INVALID")
    if user_id != asked.me and not chat.member(asked.me).leads:
        raise refused("CHAT_ADMIN_REQUIRED")
    return chat.member(user_id).json(_user(asked, user_id))


@method("getChatAdministrators", result="Array of ChatMember")
def get_administrators(asked: Asked) -> list[Json]:
    """Tell who leads a group; other bots are left out."""
    chat = asked.chat()
    if not chat.is_group:
        raise refused("there are no administrators in the private chat")
    return [
        member.json(_user(asked, user_id))
        for user_id, member in chat.members.items()
        if member.leads
    ]


@method("getChatMemberCount", result="Integer")
def count_members(asked: Asked) -> int:
    """Tell how many are in it."""
    return sum(member.inside for member in asked.chat().members.values())


@method("leaveChat")
def leave(asked: Asked) -> bool:
    """Go away."""
    world = asked.world
    world.change_member(asked.chat(), world.bot, Member("left"), world.bot)
    return True


@method("setChatMemberTag")
def set_tag(asked: Asked) -> bool:
    """Put a word beside a member's name."""
    chat = asked.chat()
    asked.need(chat, "can_manage_tags", "not enough rights to manage member tags")
    chat.members[asked.params["user_id"]].tag = asked.params.get("tag", "")
    return True


@method("createForumTopic", result="ForumTopic")
def create_topic(asked: Asked) -> Json:
    """Make a topic in a forum."""
    chat, name = asked.chat(), asked.params["name"]
    if not chat.is_forum:
        raise refused("the chat is not a forum")
    asked.need(chat, "can_manage_topics", "not enough rights to create a topic")
    made = asked.world.add(
        chat,
        asked.world.bot,
        {"forum_topic_created": {"name": name, "icon_color": 7322096}},
    )
    made.body |= {"message_thread_id": made.id, "is_topic_message": True}
    chat.topics[made.id] = Topic(chat, made.id, name)
    return {"message_thread_id": made.id, "name": name, "icon_color": 7322096}


@method("closeForumTopic", "reopenForumTopic", "deleteForumTopic")
def change_topic(asked: Asked) -> bool:
    """Close, reopen or delete a topic."""
    chat = asked.chat()
    asked.need(chat, "can_manage_topics", "not enough rights to manage topics")
    topic = chat.topics.get(asked.params["message_thread_id"])
    if topic is None:
        raise refused("TOPIC_ID_INVALID")
    topic.closed = asked.name == "closeForumTopic"
    if asked.name == "deleteForumTopic":
        del chat.topics[topic.id]
        for message in chat.messages:
            message.deleted = message.deleted or message.topic == topic.id
    return True


def _user(asked: Asked, user_id: int) -> Json:
    return asked.world.bot if user_id == asked.me else asked.world.users[user_id]
