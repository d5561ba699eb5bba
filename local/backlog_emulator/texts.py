"""Believable summaries, descriptions and comments in Japanese and English."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from random import Random


class _Phrases(NamedTuple):
    """The building blocks of one language; `{}` in a phrase takes a thing."""

    things: tuple[str, ...]
    summaries: tuple[str, ...]
    sentences: tuple[str, ...]
    comments: tuple[str, ...]
    between: str


_PHRASES = {
    "ja": _Phrases(
        things=(
            "ログイン画面",
            "会員登録フォーム",
            "請求書PDF",
            "検索結果一覧",
            "月次レポート",
            "お問い合わせメール",
            "商品詳細ページ",
            "バックアップ",
            "権限設定",
            "CSVエクスポート",
            "通知バナー",
            "スマートフォン表示",
            "在庫数",
            "ヘッダーのロゴ",
            "本番サーバー",
            "利用規約",
        ),
        summaries=(
            "{}が正しく表示されない",
            "{}の文言を修正する",
            "{}の動作が遅い",
            "{}について先方に確認",
            "{}のデザイン案を作成",
            "{}を新しい仕様に合わせる",
            "{}のテストケースを追加",
            "【至急】{}でエラーが発生する",
            "{}の手順書を更新",
            "{}の見積もりをお願いします",
        ),
        sentences=(
            "{}を開いたときに再現します。",
            "昨日のリリース後から{}の様子がおかしいようです。",
            "詳しくは添付の資料をご覧ください。",
            "{}の担当者には連絡済みです。",
            "優先度は次の定例で相談させてください。",
            "期待する結果：{}が3秒以内に表示されること。",
            "環境：Windows 11 / Chrome 最新版",
            "対応が難しい場合は代わりの案をください 🙏",
        ),
        comments=(
            "確認しました。ありがとうございます！",
            "{}の件、修正しましたのでご確認ください。",
            "こちらの環境では再現しませんでした。",
            "来週の月曜日までに対応します。",
            "{}については別の課題に分けました。",
            "レビューお願いします。",
            "お手数ですが、もう一度お試しください。",
        ),
        between="",
    ),
    "en": _Phrases(
        things=(
            "the sign-in page",
            "push notifications",
            "the invoice export",
            "the search index",
            "the onboarding flow",
            "dark mode",
            "the weekly digest",
            "offline sync",
            "the settings menu",
            "the release notes",
            "image upload",
            "the API gateway",
            "customer O'Brien's account",
            "the staging cluster",
        ),
        summaries=(
            "Fix a crash in {}",
            "Make {} faster",
            "Write documentation for {}",
            "Decide what to do about {}",
            'Users report "nothing happens" in {}',
            "Add tests for {}",
            "Redesign {}",
            "Investigate timeouts of {}",
            "Translate {} into Japanese",
        ),
        sentences=(
            "It happens about once in ten tries with {}.",
            "Steps: open {}, wait a minute, then press Back.",
            "The log shows <Timeout> & nothing else.",
            "We promised this to the customer by the end of the month.",
            "See the screenshot for details.",
            "This blocks the work on {}.\n\n- [ ] check\n- [ ] fix\n- [ ] tell everybody",
            "Naïve caching made it worse; a café owner noticed first.",
        ),
        comments=(
            "Thanks, that works for me.",
            "I can't reproduce this with {}. Which version do you use?",
            "Merged. It goes out on Thursday.",
            "Could you have a look, please?",
            "Let us split off the part about {}.",
            "Done 🎉",
        ),
        between=" ",
    ),
}


def summary(rng: Random, lang: str) -> str:
    """A one-line summary of an issue."""
    phrases = _PHRASES[lang]
    return rng.choice(phrases.summaries).format(rng.choice(phrases.things))


def description(rng: Random, lang: str) -> str:
    """Nothing, or a few sentences."""
    phrases = _PHRASES[lang]
    sentences = rng.sample(phrases.sentences, k=int(rng.random() * 5))
    return phrases.between.join(sentences).replace("{}", rng.choice(phrases.things))


def comment(rng: Random, lang: str) -> str:
    """What people write below issues."""
    phrases = _PHRASES[lang]
    return rng.choice(phrases.comments).replace("{}", rng.choice(phrases.things))


_FILE_NAMES = (
    "スクリーンショット.png",
    "error.log",
    "見積書_2025.xlsx",
    "wireframe v2.pdf",
    "議事録.docx",
    "IMG_0042.jpg",
)


def file_name(rng: Random) -> str:
    """The name of an attached or shared file."""
    return rng.choice(_FILE_NAMES)
