#!/usr/bin/env python3
"""Fills a manual page with what other files say, so that no fact is written twice.

    page.py TEMPLATE OUTPUT VERSION [SOURCE]

SOURCE is what the template's @words@ are filled from: a program (its --help gives @options@ and @verbs@),
the D-Bus contract in XML (@contract@), or README.md with the public headers beside it (@headers@ and
@example@).
"""

import glob
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as tree

# "  --rate=N      Samples a second": an entry of a list in a program's --help; what follows indented
# deeper belongs to it.
ENTRY = re.compile(r"^  (\S.*?)(?:\s{2,}(\S.*))?$")
HEADING = re.compile(r"^(\S.*):$")


def roff(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.MULTILINE)


def help_of(program, *verb):
    return subprocess.run([program, *verb, "--help"], check=True, capture_output=True, text=True,
                          env={**os.environ, "LC_ALL": "C.UTF-8"}).stdout


def lists_of(text):
    """{heading: [(name, meaning)]} of a --help."""
    lists, entries = {}, None
    for line in text.splitlines():
        if HEADING.match(line):
            entries = lists.setdefault(HEADING.match(line).group(1), [])
        elif not line.strip():
            entries = None
        elif entries is not None and ENTRY.match(line):
            entries.append([*ENTRY.match(line).groups("")])
        elif entries:
            entries[-1][1] = f"{entries[-1][1]} {line.strip()}".strip()
    return lists


def entries_of(entries):
    return "\n".join(f".TP\n.B {roff(name.replace(' Excludes:', '').split(' --')[0])}\n{roff(meaning)}"
                     for name, meaning in entries if not name.startswith("-h,"))


def options(program):
    return entries_of(lists_of(help_of(program))["Options"])


def verb_section(program, verb):
    text = help_of(program, verb)
    lists = lists_of(text)
    usage = re.search(r"^Usage: \S+ (.*)$", text, re.MULTILINE).group(1).replace(" [OPTIONS]", "")
    parts = [f".SS {roff(usage)}", roff(text.splitlines()[0]) + "."]
    for heading, entries in lists.items():
        if heading not in ("Options", "Positionals"):
            parts.append(f".PP\n{roff(heading)}:")
        parts.append(entries_of(entries))
    return "\n".join(filter(None, parts))


def verbs(program):
    return "\n".join(verb_section(program, verb) for verb, _ in lists_of(help_of(program))["Verbs"])


def headers(readme):
    parts = []
    folder = os.path.join(os.path.dirname(readme), "libbus/include/bus")
    for path in sorted(glob.glob(os.path.join(folder, "*.hpp"))):
        with open(path, encoding="utf-8") as file:
            head = re.match(r"(?://.*\n)+", file.read()).group(0)
        text = re.sub(r"^// ?", "", head, flags=re.MULTILINE).strip()
        parts.append(f".TP\n.I <bus/{roff(os.path.basename(path))}>\n{roff(text)}")
    return "\n".join(parts)


def example(readme):
    with open(readme, encoding="utf-8") as file:
        return roff(re.search(r"^```cpp\n(.*?)\n```$", file.read(), re.DOTALL | re.MULTILINE).group(1))


def arguments(member, direction):
    return ", ".join(f"{argument.get('type')} {argument.get('name')}" for argument in member.findall("arg")
                     if argument.get("direction", "in") == direction)


def signature(member):
    name, kind = member.get("name"), member.tag
    if kind == "property":
        return f"{name} ({member.get('type')}, property)"
    if kind == "signal":
        return f"{name}({arguments(member, 'in')}), signal"
    out = arguments(member, "out")
    return f"{name}({arguments(member, 'in')})" + (f" -> {out}" if out else "")


def paragraph(comment):
    """A comment of the contract: a line that begins "word:" begins anew, others go on."""
    text = re.sub(r"\n\s*(?=[A-Za-z]+: )", "\n.br\n", comment.strip())
    return "\n".join(line if line == ".br" else roff(line.strip()) for line in text.splitlines()
                     if line.strip())


def described(element):
    """(member, comment before it) of an interface."""
    comment = ""
    for child in element:
        if child.tag is tree.Comment:
            comment = child.text
            continue
        yield child, comment
        comment = ""


def contract(path):
    root = tree.parse(path, tree.XMLParser(target=tree.TreeBuilder(insert_comments=True))).getroot()
    with open(path, encoding="utf-8") as file:
        head = re.search(r"<!--(.*?)-->", file.read(), re.DOTALL).group(1)
    parts = [".PP\n".join(paragraph(text) + "\n" for text in re.split(r"\n\s*\n", head.strip())).strip()]
    for interface in root.findall("interface"):
        parts.append(f".SH {interface.get('name')}")
        for member, comment in described(interface):
            said = re.sub(rf"^\s*{member.get('name')}: ", "", comment)
            parts.append(f".TP\n.B {roff(signature(member))}\n{paragraph(said) or roff(' ')}")
    return "\n".join(parts)


def main(template, output, version, source=""):
    fill = {"options": options, "verbs": verbs, "headers": headers, "example": example,
            "contract": contract, "version": lambda _: version}
    with open(template, encoding="utf-8") as file:
        text = re.sub(r"@(\w+)@", lambda match: fill[match.group(1)](source), file.read())
    with open(output, "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    main(*sys.argv[1:5])
