"""Two hundred sample events over every source, ten of them bad; every person and number in them is invented."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

EVENTS = 200
_SEED = 18
_EVENTS_A_PERSON = 12
_SHARE_WITHOUT_PHI = 0.2
_SHARE_OF_SECOND_TURNS = 0.4
_BAD: tuple[bytes, ...] = (
    b'{"model": "gpt-4o", "messages": [{"role": "user", "content": "cut off in the mid',
    b"{model: 'gpt-4o', messages: []}",
    b"<html><body>502 Bad Gateway</body></html>",
    b"2026-03-04T09:15:00Z INFO gateway: request served in 812 ms",
    b'data: {"choices": [{"delta": {"content": "a piece of a stream"}}]}',
    b'{"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": "Ma"}}]}',
    b'{"prompt": "not a number", "score": NaN}',
    '{"prompt": "caf\u00e9 in another encoding"}'.encode("latin-1"),
    b"",
    b"[" * 200 + b"]" * 200,
)
_PLACES = ("Tulsa, OK 74103", "Duluth, MN 55802", "Macon, GA 31201", "Yakima, WA 98901", "Toledo, OH 43604")
_STREETS = ("118 Alder Street", "2207 Harbor Lane", "64 Quarry Road", "905 Willow Avenue", "31 Chapel Court")
_FACILITIES = ("Lakeview Medical Center", "St. Brendan Hospital", "Cedar Ridge Clinic", "Harborside Dialysis Center")
_NAMES = (
    ("Marisol", "Quintana"),
    ("Desmond", "Okafor"),
    ("Ingrid", "Halvorsen"),
    ("Thuy", "Nguyen"),
    ("Caleb", "Whitfield"),
    ("Amara", "Diallo"),
    ("Rosalind", "Kowalczyk"),
    ("Hector", "Villanueva"),
    ("Priya", "Raghunathan"),
    ("Everett", "Lindqvist"),
)
_PROMPTS = (
    "Summarize: {name}, {age}yo, MRN {mrn}, seen {date} at {facility} for Crohn's disease flare. Metformin 500 mg BID.",
    "Draft a referral letter for {name} (DOB {birth}), phone {phone}, {street}, {place}. Dx: Parkinson's disease.",
    "pt {first} {last} called from {phone} re: lab results, A1c 7.2, wants e-mail to {email}. Next visit {date}.",
    "Is it safe to give {last}'s mother, who is 94 years old, warfarin 5 mg with an INR of 2.4?",
    "hi its {first}, my insurance id is {member} and my ssn is {ssn}, why was claim {claim} denied??",
    "Rewrite for the chart: {name} fell on {date}; CT head negative; BP 128/82; follow up in 2 weeks with Dr. {other}.",
    "Prior authorization {claim} for {name}, member ID {member}, ICD-10 K50.90, CPT 45378, Humira 40 mg.",
    "What does an ejection fraction of 35 % mean? My cardiologist Dr. {other} at {facility} told me on {date}.",
    "Translate to Spanish: Dear {name}, your appointment at {facility} is on {date}. Call {phone} to change it.",
    "Device check: pacemaker serial number {serial}, implanted 2019, patient {name}, MRN {mrn}, logged from {ip}.",
)
_ANSWERS = (
    "Here is the summary for {name}: seen {date}; continue metformin 500 mg twice daily; recheck A1c in 3 months.",
    "Dear Dr. {other},\n\nThank you for seeing {name} (MRN {mrn}). Please call {phone} with questions.\n\nSincerely",
    "An ejection fraction of 35 % means that the heart pumps less than usual. {first}, discuss it with Dr. {other}.",
    "The claim {claim} was denied because the referral had expired. Ask {facility} to send a new one.",
)
_QUESTIONS = (
    "What is the difference between Crohn's disease and ulcerative colitis?",
    "List side effects of lisinopril 10 mg in a 67 year old.",
    "Explain ICD-10 E11.9 and CPT 99213 in plain words.",
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who does not exist; numbers come from ranges kept for fiction where there are such."""

    values: dict[str, str]

    def say(self, template: str) -> str:
        """Fill a template with this person's identifiers."""
        return template.format(**self.values)


def sample_lines() -> Iterator[bytes]:
    """Yield the sample traffic, one raw event a line; the same every time."""
    rng = random.Random(_SEED)  # noqa: S311 - sample text, no secret.
    people = [_person(rng) for _ in range(24)]
    positions = set(rng.sample(range(EVENTS), len(_BAD)))
    bad = iter(_BAD)
    makers = (_openai_pair, _openai_request, _openai_response, _anthropic_pair, _anthropic_request, _generic)
    for number in range(EVENTS):
        if number in positions:
            yield next(bad)
            continue
        event = makers[number % len(makers)](rng, people[number // _EVENTS_A_PERSON % len(people)], number)
        yield orjson.dumps(event)


def _person(rng: random.Random) -> Person:
    first, last = rng.choice(_NAMES)[0], rng.choice(_NAMES)[1]
    digits = _digits(rng)
    return Person(
        {
            "first": first,
            "last": last,
            "name": f"{first} {last}",
            "other": rng.choice(_NAMES)[1],
            "age": str(rng.randint(24, 88)),
            "mrn": digits(8),
            "date": f"{rng.randint(1, 12):02d}/{rng.randint(1, 28):02d}/2026",
            "birth": f"{rng.randint(1, 12)}/{rng.randint(1, 28)}/19{rng.randint(45, 99)}",
            "phone": f"({rng.randint(201, 989)}) 555-01{digits(2)}",
            "email": f"{first}.{last}@example.org".lower(),
            "ssn": f"{rng.randint(100, 665)}-{rng.randint(10, 99)}-{rng.randint(1000, 9999)}",
            "member": f"XQH{digits(9)}",
            "claim": f"CLM-2026-{digits(6)}",
            "serial": f"PM{digits(7)}",
            "ip": f"203.0.113.{rng.randint(1, 254)}",
            "street": rng.choice(_STREETS),
            "place": rng.choice(_PLACES),
            "facility": rng.choice(_FACILITIES),
        }
    )


def _conversation(number: int) -> str:
    return f"demo-conversation-{number // _EVENTS_A_PERSON}"


def _digits(rng: random.Random) -> Any:
    return lambda count: "".join(rng.choices("123456789", k=count))


def _request(rng: random.Random, person: Person) -> dict[str, Any]:
    texts: Sequence[str] = _QUESTIONS if rng.random() < _SHARE_WITHOUT_PHI else _PROMPTS
    messages = [
        {"role": "system", "content": "You are a careful clinical assistant. Never invent results."},
        {"role": "user", "content": person.say(rng.choice(texts))},
    ]
    if rng.random() < _SHARE_OF_SECOND_TURNS:
        messages += [
            {"role": "assistant", "content": person.say(rng.choice(_ANSWERS))},
            {"role": "user", "content": person.say(rng.choice(_PROMPTS))},
        ]
    return {"model": "gpt-4o-2024-08-06", "messages": messages, "temperature": 0.2, "max_tokens": 600}


def _response(rng: random.Random, person: Person, number: int) -> dict[str, Any]:
    message = {"role": "assistant", "content": person.say(rng.choice(_ANSWERS))}
    return {
        "id": f"chatcmpl-Demo{number:06d}",
        "object": "chat.completion",
        "created": 1_772_600_000 + number * 37,
        "model": "gpt-4o-2024-08-06",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}],
        "usage": {"prompt_tokens": 120 + number, "completion_tokens": 80, "total_tokens": 200 + number},
    }


def _openai_pair(rng: random.Random, person: Person, number: int) -> dict[str, Any]:
    return {
        "timestamp": f"2026-03-04T{number % 24:02d}:15:00Z",
        "application": "chart-assistant",
        "conversation_id": _conversation(number),
        "user_id": f"{person.values['first'][0]}{person.values['last']}{number % 7}".lower(),
        "request": _request(rng, person),
        "response": _response(rng, person, number),
        "latency_ms": 400 + number,
        "status": "ok",
    }


def _openai_request(rng: random.Random, person: Person, number: int) -> dict[str, Any]:
    arguments = orjson.dumps(
        {"patient_name": person.values["name"], "mrn": person.values["mrn"], "visits": number}
    ).decode()
    call = {
        "id": f"call_{number:04d}",
        "type": "function",
        "function": {"name": "find_patient", "arguments": arguments},
    }
    request = _request(rng, person)
    request["messages"].append({"role": "assistant", "content": None, "tool_calls": [call]})
    return request


def _openai_response(rng: random.Random, person: Person, number: int) -> dict[str, Any]:
    return _response(rng, person, number)


def _anthropic_request(rng: random.Random, person: Person, _number: int) -> dict[str, Any]:
    return {
        "model": "claude-sonnet-4-20250514",
        "max_tokens": 1024,
        "system": "You write discharge letters.",
        "messages": [{"role": "user", "content": [{"type": "text", "text": person.say(rng.choice(_PROMPTS))}]}],
        "metadata": {"user_id": person.values["email"]},
    }


def _anthropic_pair(rng: random.Random, person: Person, number: int) -> dict[str, Any]:
    response = {
        "id": f"msg_Demo{number:06d}",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-20250514",
        "content": [{"type": "text", "text": person.say(rng.choice(_ANSWERS))}],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 140, "output_tokens": 90},
    }
    return {"request": _anthropic_request(rng, person, number), "response": response, "latency_ms": 700 + number}


def _generic(rng: random.Random, person: Person, number: int) -> dict[str, Any]:
    return {
        "timestamp": f"2026-03-04T{number % 24:02d}:45:00Z",
        "model": "in-house-llm-7b",
        "request_id": f"req-{number:08d}",
        "conversation_id": _conversation(number),
        "prompt": person.say(rng.choice(_PROMPTS)),
        "completion": person.say(rng.choice(_ANSWERS)),
        "client_ip": person.values["ip"],
        "patient": {"name": person.values["name"], "dob": person.values["birth"], "mrn": int(person.values["mrn"])},
    }
