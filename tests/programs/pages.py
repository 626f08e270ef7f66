"""What can be compared of a page and its Chinese twin, and whether its links lead somewhere.

    pages.py skeleton PAGE       headings, steps, items, rows, blocks; then code, settings, links
    pages.py links PAGE          links that lead to no page or heading
    pages.py breaks PAGE         ends of lines between two Chinese characters
"""
import os
import re
import sys
import urllib.parse


def read(page):
    with open(page, encoding="utf-8") as file:
        return file.read()


def prose(page):
    """Without the fenced blocks."""
    return re.sub(r"^```.*?^```$", "", read(page), flags=re.S | re.M)


def links(page):
    return re.findall(r"\]\(([^)]*)\)", prose(page))


def twin(page):
    """The English page's path, of either page."""
    page = os.path.relpath(page)
    return page.replace("docs/README.zh-CN.md", "README.md").replace(".zh-CN.md", ".md")


def target(page, link):
    """Where a link leads, the same for both languages: to which page, but not to which heading."""
    if re.match("https?:", link):
        return link
    path = link.split("#")[0]
    return twin(os.path.join(os.path.dirname(page), path) if path else page)


def outline(page):
    """In the page's order: headings, steps, items, rows, and the blocks as they are."""
    for part in re.findall(r"^```(?s:.*?)^```$|^.+$", read(page), re.M):
        if part.startswith("```"):
            # Behind a command a comment may be in the page's language.
            yield from re.sub(r"(?<=\S)  *# .*", "", part).splitlines()
        elif mark := re.match(r"#+ |- |\*\*\d+\.", part):
            yield mark.group()
        elif part.startswith("|"):
            # The order of words differs, so code is compared without it.
            yield f"row of {part.count('|')}: " + ", ".join(sorted(re.findall("`[^`]+`", part)))


def skeleton(page):
    text = prose(page)
    yield from outline(page)
    yield from sorted("code " + re.sub(r"\s+", " ", span) for span in re.findall("`[^`]+`", text))
    yield from sorted("setting " + name for name in set(re.findall("QLSHIM_[A-Z_]+", text)))
    yield from sorted("link " + target(page, link) for link in links(page))


def anchors(page):
    """As GitHub makes them of headings."""
    for heading in re.findall(r"^#+ (.*)", prose(page), re.M):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def broken_links(page):
    for link in links(page):
        if re.match("https?:", link):
            continue
        path, _, anchor = link.partition("#")
        path = os.path.join(os.path.dirname(page), path) if path else page
        if not os.path.exists(path):
            yield f"{page}: {link}: there is no such page"
        elif anchor and urllib.parse.unquote(anchor) not in anchors(path):
            yield f"{page}: {link}: there is no such heading"
        # The first link of a Chinese page is the one to its English twin.
        elif ".zh-CN." in page and ".zh-CN." not in path and link != links(page)[0]:
            if os.path.exists(os.path.join("docs", os.path.basename(path)[:-3] + ".zh-CN.md")):
                yield f"{page}: {link}: that page is in Chinese, too"


def breaks(page):
    """Markdown shows the end of a line as a space, which Chinese has not between its characters."""
    for match in re.finditer("[\u4e00-\u9fff]\n *[\u4e00-\u9fff]", prose(page)):
        yield f"{page}: {match.group()!r}"


commands = {"skeleton": skeleton, "links": broken_links, "breaks": breaks}
for line in commands[sys.argv[1]](sys.argv[2]):
    print(line)
