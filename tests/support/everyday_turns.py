"""Everyday turns of a conversation with a blog, none of which is urgent; written for these tests."""

from __future__ import annotations

from collections.abc import Iterator


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.strip().splitlines())


CONVERSATION = _lines("""
thanks
thank you kindly
many thanks
ta
ta very much
cheers
cheers mate
thx a bunch
tysm
appreciate it
that was quick, thanks
i hope it helps
hope this works for me
i hope so
fingers crossed, i hope it does
i hope i do them right
ok
okay then
k
kk
okey dokey
right
right then
got it
gotcha
understood
makes sense
fair enough
sure
sure thing
yeah
yup
nope
nah
not really
no thank you
hm
hmmm ok
mhm
uh
er
oh
oh ok
oh no
oh dear
ah i see
lol
lmao
rofl
hahaha
:)
👍
🙏🙏
wait
wait what
hang on
hold on
one sec
brb
huh
pardon?
come again?
sorry?
excuse me?
say that again
can you repeat that
can you say that differently
in plain english
shorter please
too long
make it shorter
longer please
more detail
a bit more
go on
keep going
carry on
carry on please
and so on
another one
another
one more
one more please
something different
anything else?
what else do you have
what other posts are there
and after that?
and before that?
and afterwards?
how so
how come?
who says so
since when
what for
what about it
so what do i do
now what
like what
such as?
for example?
give me an example
are you sure
are you certain?
you sure about that
is that right?
is that all
that's all
that's it
that is it for today
i'm done
i'm done here
all done
cancel
cancel that
undo
delete that
nevermind then
never mind
never mind i'm fine
forget it
forget about it
forget what i said
leave it
leave me alone
drop it
go away
get lost
shut up
be quiet
quit
exit
end
end chat
the end
close
stop it
stop please
stop that
stop writing
enough
that's enough
no more
no more please
good night
night night
nighty night
sleep well
sweet dreams
see you tomorrow
see you soon
see you around
catch you later
later
talk later
ttyl
so long
farewell
bye for now
bye bye
goodbye for now
good bye and thanks
ok bye
i have to go
gotta go
i must leave now
i'm leaving
i'm off
i'm out
signing off
take care
have a good one
have a nice weekend
happy new year
merry christmas
good morning
morning
evening all
hello there
hello again
it's me again
i'm back
i am back again
back again
knock knock
ping
test
test test
asdf
qwerty
???
!!!
...
who made you
who are you exactly
what are you
are you a person
are you a robot
are you alive
do you sleep
do you have feelings
do you like me
how old are you
where do you live
where do you come from
tell me about you
tell me something about yourself
tell me something
tell me something nice
tell me a story
tell me why
tell me how
tell me again
tell me the truth
talk to me
say something
sing me a song
make me laugh
surprise me
i'm listening
i'm here
i'm waiting
still waiting
hurry up
you there
anybody home
is this thing on
does this work
it doesn't work
it is not working
it's broken
this is broken
nothing happens
nothing works here
the page is frozen
the button is dead
i can't see anything
i can't see the picture
i can't find it
i can't find anything here
i can't open the link
i can't read this
i can't hear the video
i can't do that one
i can't do it yet
i can't do this one
i can't manage it
i can't decide
i can't tell
i can't remember
i can't believe it
i can't wait
i can't get down on the floor easily
i cant even
i could not follow
i don't follow
i don't get this
i do not know what you mean
you lost me
i'm lost
i am lost
i'm stuck
i'm stuck on step two
i'm confused now
it's confusing
this is nonsense
this is rubbish
rubbish
terrible
awful
horrible answer
you're wrong
wrong
you are useless
you're no help
no help at all
that's not what i asked
not what i meant
i meant the other one
i want the other one
i want to know more
i want to try
i want to start
i want to stop
i want it to stop scrolling
i want a refund
i want to talk to a human
i want to speak to someone
can i talk to a person
is there a person i can talk to
who can i talk to
give me a human
call me
can you call me
please call
please stop
please help me out
help me please
help me choose
help me decide
can somebody help
somebody help me with the menu
i need advice
i need a hand
need help
i could use some help
what do you think
what do you want
what would you pick
why should i
why would i
why bother
what's the point
what is the point of this page
is it worth it
is it worth the effort
is it too late
too late
it's late
i am late
i'm late for work
i'm at work
i'm at home
i'm in bed
i'm on the bus
i'm busy
i'm hungry
i'm thirsty
i'm sleepy
i'm fine
i'm ok
i'm good
i'm alright
i am better now
i feel fine
i feel ok
i feel good today
feeling good
feeling better
it got better
it gets better
it's getting easier
it's hard
it's harder than it looks
too difficult
too fast
too slow
too much
too many
not enough
not yet
not now
maybe later
some other time
i'll try
i will try that tomorrow
i tried that
i tried it twice
tried it, no luck
it did not work
didn't work
didn't help
that helped
that was helpful
that was nice
so good
so cool
amazing
wonderful
brilliant stuff
well done
good job
good point
good question
nice one
you rock
you're funny
you're sweet
i like you
i love it
love you
marry me
i miss you
miss you
do you miss me
i'm sorry
sorry about that
my bad
my mistake
oops
typo
i meant sitting
i mean standing
and lying?
and kneeling?
what about kneeling
what about mornings
how about evenings
in the evening?
on a plane?
in the car?
at my desk?
with a chair?
without a mat?
on the floor?
how far
how deep
how hard
how hard should it be
how soon
how late
how early
how old is this post
when was this written
where is that
where was i
where were we
which page
which post was that
the last one
the last one please
the third
number two
both
both of them
all of them
none
none of them
neither
either
the easy one
the hard one
the short version
the long version
left or right
up or down
again but slower
slower please
louder
bigger text please
dark mode
print this
save this
send me this
email me this
copy
link
link please
source?
who is the author
is the author a doctor
are you a doctor
can i comment
how do i unsubscribe
cookie settings
privacy
log in
sign up
shop
shipping costs
do you ship to canada
discount code
gift card
is there an app
is there a book
is there a video of that
""")

TOPICS = _lines("""
hyponatremia
hypernatremia
colic
croup
gout
vertigo
tinnitus
shingles
eczema
psoriasis
rosacea
anemia
asthma
migraine
heartburn
hiccups
bunions
sciatica
lumbago
bursitis
tendinitis
scoliosis
osteopenia
arthritis
fibromyalgia
hypothyroidism
hashimoto's
diabetes
celiac disease
crohn's
gluten
insomnia
burnout
jet lag
menopause
endometriosis
dysmenorrhea
preeclampsia
lactation
teething
diaper rash
reflux
thrush
tonsillitis
sinusitis
bronchitis
conjunctivitis
astigmatism
varicose veins
hemorrhoids
hernia
gallstones
lupus
raynaud's
neuropathy
stenosis
spondylolisthesis
spondylitis
coccydynia
meralgia paresthetica
morton's neuroma
achilles tendonitis
jumper's knee
swimmer's shoulder
cramps
dehydration
heat stroke
frostbite
lactic acid
electrolytes
magnesium
melatonin
ibuprofen
statins
collagen
creatine
kombucha
sourdough
compost
mulch
aphids
mortgages
index funds
inflation
""")

TOPIC_TURNS = (
    "{}",
    "{}?",
    "and {}?",
    "what is {}",
    "what about {}",
    "tell me about {}",
    "anything on {}",
    "is {} common",
    "posts about {} please",
)

SUBJECTS = _lines("""
and runny ones?
and medium?
how long for a dozen
can i use duck eggs
do i peel them hot or cold
can i use brown sugar instead
what if i have no oven
my cake sank
my sauce split
can it be frozen
is it still good after a week
the crust went soft
the dough is dead
my starter died
crack two eggs into the bowl
beat until stiff
chicken breast or thigh
a leg of lamb, how long
shoulder of pork, low and slow
what can i do with leftover heart of palm
how many heads of garlic
when do i prune roses
slugs ate my lettuce
my basil is dying
what kills weeds between the paving
how deep do i plant tulips
how do i save my lawn
the hedge is bleeding sap
should i sell now
is it too late to buy
how do i cut my losses
my shares are down
what does bear market mean
is gold safe
how do i pay off debt
interest only?
how do i run a faster 5k
what pace for a long run
do i need new shoes
tempo or intervals
how many rest days
should i run in the rain
my watch stopped
what do i eat before a race
can i run with a cold
my legs are tired after squats
my arms are sore after the plank, normal?
my calves are tight
my neck is stiff from my pillow
my shoulders click
my knees crack when i squat
my feet get cold at night
my hands smell of onion
our baby is teething
our baby has hiccups
my baby has a cold
the baby has wind
our little one is colicky at night
my toddler has a runny nose
my son has nits
my daughter has braces
my wife is pregnant, which tea may she drink
my husband snores
my dad has gout
my mum has varicose veins
my gran has arthritis
my friend has hay fever
i have a cold
i have hay fever
i have flat feet
i have a blister
i have a sunburn
i have a hangover
i have dry skin
i have bad posture
i have tight hips
i have low iron
i've got the hiccups
i sneeze in the sun
i sweat a lot
i snore
i bite my nails
my back hurts
my back is sore today
my lower back feels tight
i have back pain
i've had back pain for years
i have a bad knee
i've a sore hip
my hips hurt when i sit
my neck is sore from reading
my shoulder aches after tennis
i have a slipped disc
i have a bulging disc
i have mild scoliosis
my eyes hurt from reading
my tooth hurts
i am in pain after squats
it hurts when i bend over
i am pregnant
i have a fever blister
i have the flu
my foot fell asleep on the plane
my legs feel heavy after shopping
i can't breathe through my nose, hay fever
my uncle died last winter
my hamster died
i don't care which
i can't face another plank
one last question
one more question
my last day of the course
and my ankles?
is it good for my neck
which leg first
both arms?
i'm sad it is over
i'm sad today
i'm a bit down today
i'm lonely
i'm stressed
i'm nervous
i'm tired of this
i'm so tired
i'm angry
i cried at the end, lovely post
this hurts my brain
my boss is killing me
i would kill for a coffee
i'm dying to try it
i'm dead tired
life is hard
""")


def everyday_turns() -> Iterator[str]:
    """All of them, each once."""
    yield from dict.fromkeys(
        [*CONVERSATION, *(turn.format(topic) for topic in TOPICS for turn in TOPIC_TURNS), *SUBJECTS]
    )
