"""The table of signs that a post is not public. Names and values are in lower case, without separators."""

from __future__ import annotations

import re
from collections.abc import Mapping

DRAFT = "it is a draft"
PRIVATE = "it is private"
REVIEW = "it waits for review"
UNLISTED = "it is unlisted"
MEMBERS = "it is for members or paying readers only"
LATER = "it is not published yet"
TRASH = "it is in the trash"
UNPUBLISHED = "it is not published"
EXPIRED = "it has expired"
OLDER = "it is an older version of another post"
PASSWORD = "a password protects it"  # what is shown, no password
NO_INDEX = "it asks not to be indexed"


def _table(rows: Mapping[str, str]) -> dict[str, str]:
    """Reason to words, turned around: word to reason."""
    return {word: reason for reason, words in rows.items() for word in words.split()}


# Fields that hide a post when they are true. "is" before a name, as in isDraft, makes no difference.
HIDDEN_IF_TRUE = _table(
    {
        DRAFT: "draft drafts draftpost wip workinprogress unfinished incomplete",
        PRIVATE: "private hidden hide secret confidential internal personal restricted headless",
        UNLISTED: "unlisted excludefromcollections eleventyexcludefromcollections excludefromlist"
        " excludefromlists excludefromindex hidefromlist hidefromlists hidefromindex notlisted",
        MEMBERS: "membersonly memberonly membership subscribersonly subscriberonly paid paidonly premium paywall"
        " paywalled locked loginrequired requireslogin requirelogin authrequired requiresauth patronsonly"
        " supportersonly",
        UNPUBLISHED: "unpublished notpublished nopublish donotpublish dontpublish disabled archived"
        " archivedat unpublishedat",
        TRASH: "trash trashed deleted removed spam deletedat trashedat",
        LATER: "scheduled queued embargoed",
        NO_INDEX: "noindex norobots searchexclude excludefromsearch hidefromsearch nosearch",
    }
)
# Fields that hide a post when they are false.
HIDDEN_IF_FALSE = _table(
    {
        UNPUBLISHED: "published publish public live visible enabled active render output permalink",
        REVIEW: "approved",
        LATER: "released",
        UNLISTED: "listed searchable insearchindex indexable includeinsearch",
        MEMBERS: "accessibleforfree",
        NO_INDEX: "robotsindex sitemap search",
    }
)
PROTECTED = frozenset(
    "password passwords postpassword pagepassword passphrase protected encrypt encrypted".split()
)
# Fields that say in what state a post is; of the second kind in plain words that may also mean something else
# ("state: Texas", "audience: beginners"), so only a value in the table below hides a post.
STATES = frozenset(
    "status poststatus publishstatus publishedstatus publicationstatus publishingstatus contentstatus"
    " articlestatus editorialstatus visibility privacy publishstate publicationstate workflowstate".split()
)
LOOSE_STATES = frozenset(
    "state poststate access accesslevel audience security stage workflow phase reviewstatus tier contenttier"
    " membership type kind layout posttype progress".split()
)
HIDDEN_STATES = _table(
    {
        DRAFT: "draft drafts drafted drafting autodraft wip unfinished incomplete inprogress todo idea ideas"
        " outline sketch rough writing backlog inbox entwurf brouillon borrador bozza rascunho concept utkast 🚧 📝 ✏",
        REVIEW: "pending review inreview reviewing pendingreview needsreview underreview editing inedit proposed"
        " submitted unapproved waiting awaiting onhold hold",
        PRIVATE: "private privat prive privado hidden internal secret confidential restricted personal onlyme self"
        " owner 🔒",
        UNLISTED: "unlisted linkonly",
        MEMBERS: "members member membersonly memberonly subscribers subscriber subscribersonly onlysubscribers"
        " paid onlypaid paidonly onlyfree paidmembers tiers premium patrons patron patronsonly supporters"
        " founding paywall paywalled locked followers friends customers loggedin registered authenticated",
        LATER: "future scheduled schedule queue queued embargo embargoed planned upcoming",
        TRASH: "trash trashed bin deleted removed spam",
        UNPUBLISHED: "unpublished notpublished nopublish archive archived disabled inactive retired withdrawn"
        " rejected blocked suspended offline off",
        EXPIRED: "expired",
        OLDER: "inherit revision",
    }
)
PUBLIC_STATES = frozenset(
    "publish published public publicly live active final finished done complete completed release released posted"
    " everyone everybody anyone all world open online on listed visible approved current ok okay free evergreen"
    " budding seedling growing mature stable updated revised reviewed verified checked accepted shared sent"
    " default normal standard none null veröffentlicht öffentlich publié publique publicado pubblicato ✅ ✔ 🌱 🌿 🌳".split()
)
PUBLISH_DATES = frozenset(
    "date published publishdate publisheddate publishedat publishedon pubdate publicationdate publishon publishat"
    " publishafter postdate datepublished dateposted scheduled scheduledfor scheduledat scheduleddate scheduledate"
    " golive golivedate releasedate embargo embargodate embargountil visiblefrom availablefrom firstpublishedat"
    " created".split()
)
EXPIRY_DATES = frozenset(
    "expirydate expiredate expirationdate expirationtime expiry expires expireson expiresat expire expireat"
    " unpublishdate unpublishon unpublishat unpublishafter validuntil validthrough visibleuntil availableuntil"
    " publishuntil unavailableafter".split()
)
HIDDEN_TAGS = frozenset("draft drafts private unpublished nopublish donotpublish".split())
# Fields that hold more fields of the same kind; of others ("cover: {hidden: true}") nothing is meant.
CONTAINERS = frozenset(
    "params extra meta metadata page post options settings seo search publishing publication".split()
)
FOLDERS = _table(
    {
        DRAFT: "draft drafts wip unfinished inprogress entwurf entwürfe brouillons borradores bozze rascunhos",
        PRIVATE: "private privat hidden secret confidential",
        MEMBERS: "membersonly subscribersonly paywalled paid",
        UNPUBLISHED: "unpublished notpublished donotpublish",
        TRASH: "trash deleted",
        LATER: "scheduled queue queued",
    }
)
FALSE = frozenset("false no n off 0 never nein non not later".split())
NOTHING = frozenset(("", "~", "null", "none", "nil", "undefined", "n/a", "na", "-"))
TRUE = frozenset("true yes y on 1 always".split())
UNDATED = frozenset(
    ("tbd", "tba", "soon", "later", "someday", "unscheduled", "undecided", "not yet", "never")
)
DRAFT_TITLE = re.compile(r"\s*(?:DRAFT\b\s*[:\-–—]|[\[(]\s*(?i:draft)\s*[\])])|.*[\[(]\s*DRAFT\s*[\])]\s*$")
DRAFT_FILE = re.compile(
    r"_?drafts?_.*|drafts?[-. ]\d.*|DRAFTS?\b.*|.*[._]drafts?|[\[(]draft[\])].*|.*[\[(]draft[\])]|drafts?"
)
DATED_FILE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:-|$)")
