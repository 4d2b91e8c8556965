"""Conversation turns that ask nothing of the blog (greetings, thanks, "ok", "stop", "who are you?") and their replies.

Only a message that is nothing but such phrases is small talk; "hi, does sitting hurt?" is a question.
"""

from __future__ import annotations

import re

_ADJECTIVE = (
    r"(?:great|good|perfect|awesome|lovely|brilliant|nice|wonderful|amazing|excellent|super|fantastic|cool|kind|sweet"
    r"|helpful|useful|interesting|the best|clever|smart)"
)
_VERY = r"(?:(?:so|very|really|quite|just|super|absolutely|totally|completely) )?"
_WORK = r"(?:blog|post|article|page|site|website|answer|bot|job|work|read|point|info|information|advice|explanation|one)"
_THIS = r"(?:(?:this|the|your) (?:blog|post|article|page|site|answer|bot)|this|that|it)"
_BAD = (
    r"(?:useless|stupid|wrong|bad|terrible|rubbish|nonsense|incorrect|dumb|awful|unhelpful|no (?:help|use|good)"
    r"|not (?:very )?(?:helpful|useful|right|true|correct|good)|not what i (?:asked|meant|wanted))"
)
_BOT = (
    r"(?:(?:an? )?(?:bot|chat ?bot|robot|human|human being|person|real person|machine|program|doctor|nurse|real|ai|a i"
    r"|computer|alive|chat ?gpt|gpt|physio|physiotherapist|therapist))"
)

# Each matches one phrase, without apostrophes and punctuation; of two alternatives with the same beginning the longer is first. Where a message has several kinds, the reply is to the
# first of these: "hi, what can you do?" is asked, and "thanks, bye" said goodbye.
_KINDS: tuple[tuple[str, str, str], ...] = (
    (
        "complaint",
        "I'm sorry that this did not help. I can only quote what this blog says; asking in other words may find more.",
        rf"(?:no )?{_THIS} ?(?:is|s|was) {_VERY}{_BAD}|(?:(?:you|u) are|youre) {_VERY}{_BAD}"
        rf"|(?:wrong|bad|stupid|useless) {_WORK}|{_BAD}|{_THIS} (?:didnt|doesnt|did not|does not|dont) "
        r"(?:help(?: me)?|answer (?:it|my question|the question)|make (?:any )?sense|work(?: for me)?)"
        r"|you (?:didnt|did not|dont|do not) (?:answer|understand|help|listen)(?: me| it| my question)?",
    ),
    (
        "introduction",
        "I look things up in this blog and answer with its own sentences, each with a footnote to where it "
        "stands. If the blog does not say, I tell you so. I am a program, not a doctor.",
        r"(?:who|what) (?:are|r) (?:you|u)|what (?:can|do) you (?:do|know|offer)(?: for me)?|what (?:is|s) this"
        r"|whats this|(?:please )?help(?: me)?|i need (?:some )?help|(?:can|could|will|would) you help(?: me)?"
        rf"|(?:are|r) (?:you|u) {_BOT}|is (?:this|it) {_BOT}|(?:am i|is this) (?:talking|speaking|chatting) (?:to|with) {_BOT}"
        rf"|(?:can|could|may) i (?:talk|speak|chat) (?:to|with) {_BOT}"
        r"|tell me (?:more )?about (?:you|yourself)|introduce yourself|(?:whats|what is) your (?:name|job|purpose|source)"
        r"|what are your sources|do you have a name|how do you (?:work|know)(?: (?:that|this|it))?"
        r"|what (?:can|should|may|could) i ask(?: you)?(?: about)?|(?:can|should|do) i trust (?:you|this|your answers?)"
        r"|who (?:made|built|created|wrote) you|where are you(?: from)?|how old are you|menu|commands|options|says who",
    ),
    (
        "farewell",
        "Good-bye, and take care.",
        r"(?:bye ?)+|good ?bye|see (?:you|ya|u)(?: (?:later|soon|tomorrow|around|again|next time))?|good ?night|night night"
        r"|take care|ciao|cya|later|laters|ttyl|(?:talk|speak) (?:to you )?(?:later|soon)|farewell|cheerio|so long"
        r"|have a (?:nice|good|great|lovely|wonderful) (?:day|evening|night|weekend|one|time|week)"
        r"|(?:i )?(?:have|need|got|gotta|must) (?:to )?go(?: now)?|until (?:next time|tomorrow|later)|im (?:off|leaving)",
    ),
    (
        "stop",
        "All right, I'll stop here. Ask me again whenever you like.",
        r"(?:please )?stop(?: (?:it|that|this|talking))?|quit|cancel|exit|(?:thats )?enough|be quiet|shut up|leave me alone|go away"
        r"|thats (?:all|it)|im (?:done|finished)|no more(?: questions)?|nothing(?: else| more)?",
    ),
    (
        "thanks",
        "You're welcome. Ask away if there is more.",
        r"(?:many )?thanks?(?: (?:you|u))?|thx|ty|tysm|thnx|cheers|much appreciated|(?:i )?appreciate (?:it|that|this)"
        rf"|{_VERY}{_ADJECTIVE}(?: {_WORK})?|{_THIS} ?(?:is|s|was) {_VERY}{_ADJECTIVE}"
        rf"|(?:(?:you|u) are|youre) {_VERY}{_ADJECTIVE}|well done|bravo|what an? {_ADJECTIVE} {_WORK}"
        rf"|{_THIS} (?:really )?(?:helped|helps|worked|works)(?: (?:me|a lot|well))?"
        rf"|(?:i )?(?:really |just )?(?:love|loved|like|liked|enjoy|enjoyed|read) (?:{_THIS}|you|your (?:posts|articles))"
        r"|(?:i )?feel(?:ing)? (?:much |a lot |so much )?better",
    ),
    (
        "agreement",
        "All right. Ask away whenever you like.",
        r"ok|okay|okey|okie|k|kk|yes|yeah|yea|yep|yup|aye|sure|all? ?right|right|fine|no (?:thanks|thank you|need)|no|nope|nah"
        r"|not (?:now|yet|really|sure)|maybe|perhaps|possibly|probably|i (?:guess|see|understand|agree|hope so|think so|will|do)"
        r"|got it|gotcha|understood|(?:that |it )?makes sense|sounds good|will do|h+m+|m+h+m+|u+h+|e+r+m*|aha|ah|oh|o|wow|whoa"
        r"|(?:ha)+|(?:he){2,}|lol|true|agreed|indeed|exactly|of course|never ?mind|nvm|forget (?:it|that)|no (?:worries|problem)"
        r"|(?:im )?sorry|my bad|oops|(?:i )?(?:dont|do not) know|idk|dunno|im not sure|no idea|whatever|well"
        r"|(?:can|may|could) i ask (?:you )?(?:something|a question|another question|one more thing)"
        r"|(?:i have )?(?:a |one more |another |next |new )?question|something else|(?:lets )?(?:start|begin)(?: (?:over|again))?"
        r"|reset|clear|restart",
    ),
    (
        "greeting",
        "Hello! Ask me anything about what this blog says.",
        r"hii?|hello|helo|hey|hiya|howdy|good (?:morning|afternoon|evening|day)|greetings|yo|test|testing|nice to meet you"
        r"|how (?:are|r) (?:you|u)(?: doing)?(?: today)?|how do you do|hows it going|how is it going|whats up|what is up|sup"
        r"|(?:is )?(?:anyone|anybody|someone|somebody) (?:there|here)|are you (?:there|here|online|awake)",
    ),
)  # fmt: skip
# What may follow such a phrase.
_FILLER = re.compile(
    r"(?:there|all|everyone|team|so much|very much|a lot|a bunch|again|for (?:(?:the|your|all your) help|that|this|now)"
    r"|please|now|then|today|mate|friend|buddy|dear|bot|footnote|too|that helps?|and)(?= |$)"
)
_PHRASES = tuple((kind, re.compile(rf"(?:{pattern})(?= |$)")) for kind, _, pattern in _KINDS)
REPLIES = {kind: reply for kind, reply, _ in _KINDS}


def small_talk(message: str) -> str | None:
    """The reply to a message that asks nothing of the blog; None for any other."""
    text = _plain(message)
    kinds: set[str] = set()
    at = 0
    while at < len(text):
        found = [(m.end(), kind) for kind, phrase in _PHRASES if (m := phrase.match(text, at))]
        if found:
            end, kind = max(found, key=lambda pair: pair[0])
            kinds.add(kind)
        elif kinds and (filler := _FILLER.match(text, at)):
            end = filler.end()
        else:
            return None
        at = end + 1
    return next((reply for kind, reply in REPLIES.items() if kind in kinds), None)


def _plain(message: str) -> str:
    """In lower case, without apostrophes and other punctuation; "heyyy" as "hey"."""
    words = re.sub(r"[^\w ]+", " ", re.sub(r"['’]", "", message.lower())).split()
    return " ".join(re.sub(r"(.)\1{2,}", r"\1", word) for word in words)
