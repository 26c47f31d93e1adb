"""What the score of a span means: how sure a recognizer is, in named steps.

Scores decide which type survives where spans overlap, and which names the conversation memory takes up; whether a span
is reported at all is its recognizer's decision.
"""

#: A checksum or a closed grammar proves it: nothing else looks like this.
VALIDATED = 1.0
#: Its key, caption or column names it ("MRN: …", `{"patient_name": …}`), or a list of the customer holds it.
NAMED = 0.95
#: Its form is telling and a word beside it agrees.
LIKELY = 0.85
#: Its form alone says so, or a list and the case of the word agree.
PROBABLE = 0.7
#: One weak sign; kept because a leak costs more than a false alarm.
POSSIBLE = 0.5

#: From here on a name is remembered throughout its event.
REMEMBERED = PROBABLE
