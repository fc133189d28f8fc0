"""Text that vendors could send, made to break a template, a page, a chat, a header or a log."""

HOSTILE = {
    "jinja": "{{ conn.smtp.password }}{% for x in y %}{{ 7*7 }}",
    "shell and format": "${7*7} $(id) %s%n {0}",
    "template name": "report.html",
    "slack mentions": "<!channel> <!here> <@U0ADMIN> <!subteam^S1> @here",
    "slack link": "<https://evil.example|Open Airflow>",
    "slack styles": "*bold* _slanted_ ~gone~ `code` ```block``` :rotating_light:",
    "image tag": '<img src=x onerror="alert(1)">',
    "end of style": "</style><script>alert(1)</script>",
    "script link": "javascript:alert(1)",
    "comment": "<!--[if mso]><p>x</p><![endif]--> ]]>",
    "mjml include": '<mj-include path="/etc/passwd" />',
    "header": "queue\r\nBcc: everyone@evil.example\r\n\r\nbody",
    "line separators": "one\u2028two\u2029three\x0bfour\x85five",
    "nul and controls": "a\x00b\x1b[31mred\x07",
    "bidi": "\u202egpj.exe\u2066\u2069",
    "zero width": "ad\u200bm\u200din\u2060\ufeff",
    "emoji sequence": "👩\u200d👩\u200d👧",
    "fillers": "\u3164\u2800\u115f",
    "long token": "x" * 10_000,
    "many lines": "line\n" * 2_000,
    "right to left": "مرحبا بالعالم",
    "twins": "cafe\u0301 café",
    "homoglyphs": "Ρearlline",  # noqa: RUF001  a Greek capital in front is the point
    "formula": "=cmd|'/C calc'!A0",
    "formula, plus": "+1+1",
    "formula, minus": "-1+1",
    "formula, at": "@SUM(1,1)",
    "formula behind a tab": "\t=1+1",
    "formula behind a line end": "\r=1+1",
    "formula behind a semicolon": ";=1+1",
    "formula, quoted": '"=HYPERLINK(""https://evil.example"")',
    "formula, full width at": "＠SUM(1)",  # noqa: RUF001  as below
    "markdown": "[Open Airflow](https://evil.example) **bold** <at>Everybody</at> ![x](https://e)",
    "wiki markup": "{noformat}[~admin] [x|https://evil.example] !x.png! {html}<b>{html} h1. (!)",
    "mention of everybody": "<users/all> @channel @everyone @room",
    "end of a document": '"}],"entities":[{"type":"mention"}]} \\u003c!channel\\u003e',
    "formula in full width": "＝1+1",  # noqa: RUF001  see above
    "plus in full width": "＋1＋1",  # noqa: RUF001  see above
    "minus in full width": "－1＋1",  # noqa: RUF001  see above
    "path": "../../etc/cron.d/x",
    "drive": "C:\\windows\\system32",
}
