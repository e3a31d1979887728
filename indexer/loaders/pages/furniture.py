"""Tells blocks of a page that are no part of its article: promos of other stories, notices, furniture."""

import re
from collections.abc import Sequence

from nutgraf.indexer.loaders.pages.blocks import Block

# Shares and numbers that were not compared with others.
_MOSTLY_LINKED = 0.5
_HEADLINE_WORDS = 4
_LABEL = re.compile(
    r"(?:read|see|watch|listen|look|hear|view|learn)(?: (?:more|also|next|on|now|here|the full \w+))?"
    r"|(?:also |more |must )read|(?:more|related|recommended|explainer|video|podcast|gallery|photos"
    r"|background|opinion|"
    r"analysis)(?: (?:stories|story|articles?|coverage|content|reading|video|on this|news|posts?|from "
    r".{1,40}|on .{1,40}"
    r"))?|further reading|don'?t miss|in case you missed it|icymi|dig deeper|go deeper|up next|click here"
    r"|lesen sie (?:auch|mehr|hier)|mehr (?:zum thema|dazu)|auch interessant|(?:à )?lire (?:aussi|plus)"
    r"|voir aussi"
    r"|le[ae] (?:también|más|también:)|te puede interesar|ver también|leggi (?:anche|pure)|lees (?:ook|meer)"
    r"|leia (?:também|mais)|veja também|läs (?:också|mer|även)|les (?:også|mer)|læs også|lue myös"
    r"|czytaj (?:także|też|również)|zobacz (?:także|też)|читайте также|читать также",
    re.IGNORECASE,
)
_LABEL_END = re.compile(r"\s*[:|–—>»→-]\s*")
_LONGEST_PROMO_CHARS = 250
# Only what speaks to readers: an article may be about JavaScript, about copyright, or about subscribers.
_NOTICE = re.compile(
    r".{0,200}\b(?:enabl|activat|turn on|switch on|allow|requires?|need|without|support|aktivier|activer"
    r"|active[zr]"
    r"|habilit|activ[ae]|abilita|schakel|włącz|включите).{0,60}\bjava ?script.{0,200}"
    r"|.{0,200}\bjava ?script\b.{0,60}\b(?:disabled|required|enable|turned off|not available|blocked"
    r"|aktivieren"
    r"|désactivé|deshabilitado|disabilitato|uitgeschakeld|deaktiviert).{0,200}",
    re.IGNORECASE,
)
_TO_READERS = re.compile(
    r"\b(?:please|you|your|we're sorry|we’re sorry|this (?:web)?(?:site|page|app)|bitte|sie|ihre[mn]?"
    r"|veuillez|vous|votre"
    r"|su navegador|por favor|il tuo|uw|je browser|пожалуйста)\b|^java ?script is ",
    re.IGNORECASE,
)
_FURNITURE = re.compile(
    r"(?:copyright )?(?:©|\(c\)).{0,200}|copyright (?:by )?[0-9]{4}.{0,200}|all rights reserved.{0,60}"
    r"|[0-9]{1,3}[ -]?min(?:ute)?s?(?: read)?|(?:reading|read) time.{0,30}|loading(?:\.\.\.|…)?"
    r"|listen(?: to (?:this )?(?:article|story).{0,30})?(?: [0-9]{1,3} min.{0,10})?"
    r"|(?:image|photo|video|media) (?:caption|source)|skip (?:past |to ).{0,60}|back to top"
    r"|(?:filed under|tags?|topics|categories|posted in|labels)\s?:.{0,200}"
    r"|(?:[0-9]{1,3}|an?|one) (?:second|minute|min|hour|day|week|month|year)s? ago"
    r"|vor (?:[0-9]{1,3}|eine[rm]) (?:sekunde|minute|stunde|tag|woche|monat|jahr)e?n?"
    r"|il y a (?:[0-9]{1,3}|une?) (?:seconde|minute|heure|jour|semaine|mois|an)s?"
    r"|hace (?:[0-9]{1,3}|una?) (?:segundo|minuto|hora|día|semana|mes|año)(?:e?s)?"
    r"|(?:read|see|follow) (?:all )?our (?:full|complete|latest|live) (?:coverage|stories|reports?)\b.{0,80}"
    r"|(?:listen|subscribe) to our podcasts?\b.{0,80}"
    r"|[【（(\[]?(?:责任编辑|責任編輯)\s?[:：].{1,30}"
    r"|this video (?:can ?not|could not) be played|this article is (?:more than|over) [0-9]{1,3} (?:year"
    r"|month)s? old"
    r"|printed from:? https?://.{1,200}"
    r"|print|save|share|tweet|comments?|published|updated|posted|our standards: .{0,80}"
    r"|(?:suggest|request|report) a correction|(?:follow|join|like) us on .{0,120}"
    r"|(?:download|get|install|try) our (?:\w{1,12} ){0,3}apps?\b.{0,120}|got a (?:story|tip)\b.{0,160}"
    r"|(?:if|when) you (?:buy|purchase|click|shop|make a purchase)\b.{0,160}\bwe (?:may )?(?:earn"
    r"|receive)\b.{0,80}"
    r"|.{0,160}\bplease consider (?:making a (?:contribution|donation)|donating|supporting us).{0,120}",
    re.IGNORECASE,
)
_OFFER = re.compile(
    r"(?:already (?:a|have) .{0,20}(?:subscri|member|account)"
    r"|(?:please )?(?:subscribe|register|sign (?:in|up)|log ?in)(?: now| today| here)?"
    r" (?:to|for) (?:continue|keep|read|unlock|get (?:full|unlimited)|full access)"
    r"|to (?:continue|keep) reading(?:,| this)|continue reading (?:with|for)"
    r"|(?:this|the rest of this) (?:article|story|content) is (?:only )?(?:for|available to|reserved for"
    r"|exclusive to)"
    r" .{0,30}(?:subscribers|members)"
    r"|you(?:'ve|’ve| have) (?:reached your|used (?:all )?your|\w{1,9} (?:free )?articles? (?:left"
    r"|remaining))"
    r"|thank you for your patience while we verify|create (?:a|your) free account|unlock this (?:article"
    r"|story)"
    r"|support (?:our|independent|quality) .{0,30}journalism|subscribers? only\b"
    r"|suscríbe(?:te|ase) |regístrate |solo para suscriptores|este (?:artículo|contenido) es exclusivo|lee "
    r"sin límites"
    r"|jetzt (?:abo|weiterlesen|testen)|weiterlesen (?:mit|nach)|abonnieren sie|sie möchten weiterlesen"
    r"|dieser artikel ist (?:nur )?für (?:abo|mit)|(?:cet article|la suite) est réservée? aux|abonnez-vous"
    r"|déjà abonné"
    r"|questo (?:articolo|contenuto) è riservato|abbonati |assine |word abonnee|dit artikel is "
    r"alleen).{0,200}",
    re.IGNORECASE,
)
_LONGEST_FURNITURE_CHARS = 300


def furniture(blocks: Sequence[Block]) -> set[int]:
    """Return the numbers of promos of other stories, notices to readers, and furniture of the page."""
    extra: set[int] = set()
    for number in reversed(range(len(blocks))):
        text = blocks[number].text
        is_label = number + 1 in extra and _LABEL.fullmatch(text.rstrip(" :|–—>»→-")) is not None
        if is_label or is_script_notice(text) or _is_furniture(blocks[number]) or _is_promo(blocks[number]):
            extra.add(number)
    return extra


def is_led_by_label(text: str) -> bool:
    """Whether a text begins as promos do: "Video: How a bridge cracks"."""
    label = _LABEL.match(text)
    return label is not None and _LABEL_END.match(text, label.end()) is not None


def _is_furniture(block: Block) -> bool:
    if block.kind == "h1":
        return True
    if len(block.text) > _LONGEST_FURNITURE_CHARS:
        return False
    return _FURNITURE.fullmatch(block.text) is not None or _OFFER.fullmatch(block.text) is not None


def is_script_notice(text: str) -> bool:
    """Whether a text asks readers to let scripts run."""
    if len(text) > _LONGEST_FURNITURE_CHARS or "script" not in text.lower():
        return False
    return _NOTICE.fullmatch(text) is not None and _TO_READERS.search(text) is not None


def _is_promo(block: Block) -> bool:
    text = block.text
    if block.kind in {"tr", "figcaption"} or not block.link_chars or len(text) > _LONGEST_PROMO_CHARS:
        return False
    label = _LABEL.match(text)
    if label:
        rest = len(text) - len(block.led_by)
        led_by_label = label.end() >= len(block.led_by.rstrip(" :|–—>»→-"))
        if (
            led_by_label or _LABEL_END.match(text, label.end())
        ) and block.link_chars >= _MOSTLY_LINKED * rest:
            return True
    is_headline = len(text.split()) >= _HEADLINE_WORDS and not block.ends_sentence
    return block.is_link and is_headline
