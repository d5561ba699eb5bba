"""The people of a space: names in Japanese and English, the first an administrator."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from backlog_emulator.records import User

if TYPE_CHECKING:
    from backlog_emulator.space import Space

# (name as shown, login)
_FAMILY = (
    ("佐々木", "sasaki"),
    ("高橋", "takahashi"),
    ("渡辺", "watanabe"),
    ("小林", "kobayashi"),
    ("髙田", "takada"),
    ("井上", "inoue"),
    ("松本", "matsumoto"),
    ("五十嵐", "igarashi"),
)
_GIVEN = (
    ("陽菜", "hina"),
    ("大輔", "daisuke"),
    ("さくら", "sakura"),
    ("健", "ken"),
    ("美咲", "misaki"),
    ("翔太", "shota"),
    ("恵子", "keiko"),
)
_ENGLISH = (
    "Amelia Clarke",
    "Ben Okafor",
    "Chloé Martin",
    "Diego Álvarez",
    "Erin O'Neill",
    "Farid Haddad",
    "Grace Lim",
    "Hugo Weiß",
)
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"


def populate(space: Space, count: int) -> None:
    """Give a space `count` users, at least two: an administrator who owns it, and members."""
    for number in range(max(count, 2)):
        user = _user(space, number)
        space.users[user.id] = user


def log_in(space: Space) -> None:
    """Let everybody but the guests have logged in within the last three weeks."""
    for user in space.users.values():
        if user.user_id:
            user.last_login_time = space.now - timedelta(seconds=int(space.rng.random() * 1_800_000))


def secret(space: Space, length: int) -> str:
    """A random string, the same for the same seed."""
    return "".join(space.rng.choices(_ALPHABET, k=length))


def _user(space: Space, number: int) -> User:
    name, login = _names(number)
    guest = number % 11 == 10
    return User(
        id=space.next_id("user"),
        user_id=None if guest else login,
        name=name,
        role_type=1 if number == 0 else 2,
        lang=None if guest else ("en" if number % 3 == 2 else "ja"),
        mail_address=f"{login}@example.com",
        nulab_id=None if guest else secret(space, 50),
        last_login_time=None,
    )


def _names(number: int) -> tuple[str, str]:
    turn, place = divmod(number, 3)
    if place == 2:
        name = _ENGLISH[turn % len(_ENGLISH)]
        login = "".join(letter for letter in name.lower() if letter.isascii() and letter.isalpha())
    else:
        (family, family_login), (given, given_login) = (
            _FAMILY[number % len(_FAMILY)],
            _GIVEN[number % len(_GIVEN)],
        )
        name, login = f"{family} {given}", f"{given_login}.{family_login}"
    return name, login if number < len(_ENGLISH) * 3 else f"{login}{number}"
