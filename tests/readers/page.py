#!/usr/bin/env python3
"""Opens the page in a headless Chromium as a person would, by keyboard, and proves what no test of bytes can.

    page.py --avstem target/release/avstem --axe node_modules/axe-core/axe.min.js [--pictures DIR]

In every language, light and dark, at 360, 1280 and 1920 pixels: no message on the console, no overflow, no serious or
critical finding of axe-core; amounts and counts that are read off the page are those of summary.json; search, filters,
sorting, pages and opening work by keyboard; without its script the page shows everything; it prints; and a report of
50 000 findings stays quick enough to work with. Needs the packages chromium and chromium-driver, and selenium.
"""

import argparse
import base64
import csv
import json
import pathlib
import re
import subprocess
import sys
import tempfile

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

PROJECT = pathlib.Path(__file__).resolve().parents[2]
WIDTHS = [360, 1280, 1920]
LANGUAGES = ["en", "sv", "nb", "da", "fi"]
MARKS = {"en": (",", "."), "da": (".", ",")}
SPACE = "\u202f"
DECIMALS = {"SEK": 2, "NOK": 2, "DKK": 2, "EUR": 2}
checks = 0


def check(right, what):
    global checks
    checks += 1
    if not right:
        sys.exit(f"page.py: wrong: {what}")


def equal(found, wanted, what):
    check(found == wanted, f"{what}: {found!r}, and not {wanted!r}")


def run(avstem, out, *options):
    day = [] if "--as-of" in options else ["--as-of", "2026-10-31"]
    reports = [] if "--reports" in options else ["--reports", "html"]
    ended = subprocess.run([avstem, "run", *day, *reports, "--quiet", "--out", out, *options],
                           cwd=PROJECT, capture_output=True, text=True)
    check(ended.returncode in (1, 3), f"the run ends with 1 or 3: {ended}")
    return out / "report.html", json.loads((out / "summary.json").read_text())


def amount(minor, currency, lang):
    """An amount as the language writes it, worked out here once more."""
    group, point = MARKS.get(lang, (SPACE, ","))
    if not currency:
        return "–"
    digits = str(abs(minor)).rjust(DECIMALS[currency] + 1, "0")
    whole, part = digits[:-DECIMALS[currency]], digits[-DECIMALS[currency]:]
    whole = re.sub(r"(?<=\d)(?=(\d{3})+$)", group, whole)
    return f"{'-' if minor < 0 else ''}{whole}{point}{part}\u00a0{currency}"


class Browser:
    def __init__(self):
        options = webdriver.ChromeOptions()
        for option in ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]:
            options.add_argument(option)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        self.cdp = self.driver.execute_cdp_cmd
        self.js = self.driver.execute_script

    def open(self, page, width=1280, dark=False):
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        # Without motion, a link is where it leads at once.
        still = {"name": "prefers-reduced-motion", "value": "reduce"}
        self.cdp("Emulation.setEmulatedMedia", {"features": [scheme, still]})
        self.resize(width)
        self.driver.get(page.as_uri())
        equal(self.driver.get_log("browser"), [], f"the console at {page.name}")

    def resize(self, width, height=900):
        self.cdp("Emulation.setDeviceMetricsOverride",
                 {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})

    def picture(self, path, width, height=4000):
        tall = self.js("return document.documentElement.scrollHeight")
        self.resize(width, min(height, tall))
        self.driver.save_screenshot(str(path))
        self.resize(width)

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def press(self, *keys):
        for key in keys:
            self.driver.switch_to.active_element.send_keys(key)

    def tab_to(self, selector, most=200):
        """Goes there with the tab key alone, from where the keyboard is."""
        for _ in range(most):
            if self.js("return document.activeElement === document.querySelector(arguments[0])", selector):
                return
            self.press(Keys.TAB)
        check(False, f"the tab key reaches {selector}")

    def shown(self):
        """The findings that can be seen."""
        return self.js("return [...document.querySelectorAll('#list > li')].filter(e => !e.hidden && e.offsetHeight > 0)"
                       ".map(e => ({...e.dataset, id: e.id, open: e.firstElementChild.open}))")


def overflow(browser, what):
    wide = browser.js("""
        const width = document.documentElement.clientWidth;
        const out = [...document.querySelectorAll('body *')].filter(e => !e.closest('.scroll > *') && !e.closest('.unseen')
          && !e.classList.contains('skip') && e.getClientRects().length && e.getBoundingClientRect().right > width + 1);
        return [document.documentElement.scrollWidth - width, out.slice(0, 3).map(e => e.outerHTML.slice(0, 120))]""")
    equal(wide, [0, []], f"overflow {what}")


def axe(browser, source, what):
    browser.js(source)
    result = browser.driver.execute_async_script("axe.run(document).then(arguments[arguments.length - 1])")
    bad = [(found["id"], found["nodes"][0]["html"][:160]) for found in result["violations"]
           if found["impact"] in ("serious", "critical")]
    equal(bad, [], f"axe-core {what}")
    check(len(result["passes"]) > 20, "axe-core looked at the page")


def numbers(browser, summary, lang):
    """What a person reads off the tables is what summary.json says."""
    rows = browser.js("""return [...document.querySelectorAll('#codes tbody tr')].map(row =>
        [row.dataset.code, row.dataset.status, ...[...row.querySelectorAll('td.n')].map(cell => cell.textContent)])""")
    wanted = [[row["code"], row["status"], str(row["findings"]), amount(row["difference"], row["currency"], lang)]
              for row in summary["codes"]]
    equal(sorted(rows), sorted(wanted), f"findings by code in {lang}")
    steps = browser.js("""return [...document.querySelectorAll('.bridge')].map(table => [table.dataset.currency,
        [...table.querySelectorAll('tbody tr')].map(row => [Number(row.dataset.minor), row.lastElementChild.textContent])])""")
    check(len(steps) >= 5, "there are bridges")
    for currency, bars in steps:
        equal(sum(minor for minor, _ in bars[:-1]), bars[-1][0], "captured and all steps come to settled")
        for minor, text in bars:
            equal(text + "\u00a0" + currency, amount(minor, currency, lang), "a bar has its amount")


def payouts(browser, page):
    """The table of payouts is payouts.csv, and what the journal posts is that of the summary."""
    browser.open(page)
    rows = browser.js("""return [...document.querySelectorAll('#payouts tr[data-settlement]')].map(row =>
        [row.dataset.settlement, row.dataset.state, ...[...row.querySelectorAll('td.n')].map(cell => cell.textContent)])""")
    with (page.parent / "payouts.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    known = lambda text, currency: amount(int(text), currency, "nb").split("\u00a0")[0] if text else ""
    wanted = [[row["settlement_id"], row["state"], amount(int(row["gross"]), row["currency"], "nb"),
               *(known(row[name], row["currency"]) for name in ("fee", "fee_vat", "brought_forward")),
               known(row["stated"] or row["computed"], row["currency"]), known(row["received"], row["currency"])] for row in table]
    check(len(wanted) > 5, "there are payouts")
    equal(sorted(rows), sorted(wanted), "payouts")
    rows = browser.js("""return [...document.querySelectorAll('#payouts tr[data-account]')].map(row =>
        [row.dataset.account, row.lastElementChild.textContent])""")
    accounts = json.loads((page.parent / "summary.json").read_text())["journal"]["accounts"]
    equal(rows, [[row["account"], amount(row["amount"], row["currency"], "nb")] for row in accounts], "accounts")


def by_keyboard(browser, lang):
    first = browser.shown()
    equal(len(first), 48, "all findings of the month are shown")
    # The first key leads over the head of the page.
    browser.tab_to(".skip")
    browser.press(Keys.ENTER)
    equal(browser.js("return document.activeElement.id"), "main", "the skip link")

    browser.tab_to("#q")
    browser.press("swedbank 739906")
    equal([row["code"] for row in browser.shown()], ["batch-missing"], "search by words")
    browser.press(Keys.CONTROL + "a", "1197,00" if lang != "en" else "1197.00")
    check([row["code"] for row in browser.shown()] == ["batch-missing"], "search by an amount without its marks")
    browser.press(Keys.CONTROL + "a", "no such thing")
    equal(browser.shown(), [], "search without a hit")
    equal(browser.find("#shown").text, browser.find("#shown").get_attribute("data-none"), "it is said")
    browser.tab_to("#find button")
    browser.press(Keys.ENTER)
    browser.js("return new Promise(done => setTimeout(done, 50))")
    equal(browser.shown(), first, "all are back")

    browser.js("document.getElementById('q').focus()")
    browser.tab_to("#by-status")
    browser.press(Keys.ARROW_DOWN)
    equal({row["status"] for row in browser.shown()}, {"open"}, "filter by status")
    browser.press(Keys.ARROW_DOWN)
    equal(({row["status"] for row in browser.shown()}, len(browser.shown())), ({"pending"}, 6), "filter by status")
    browser.press(Keys.HOME)
    browser.tab_to("#by-code")
    browser.press(Keys.END)
    chosen = browser.js("return document.getElementById('by-code').value")
    equal({row["code"] for row in browser.shown()}, {chosen}, "filter by code")
    browser.press(Keys.HOME)
    browser.tab_to("#by-provider")
    browser.press(Keys.ARROW_DOWN)
    equal({row["provider"] for row in browser.shown()}, {"dintero"}, "filter by provider")
    browser.press(Keys.HOME)

    browser.tab_to("#sort")
    browser.press(Keys.ARROW_DOWN)
    sizes = [int(row["size"]) for row in browser.shown()]
    equal(sizes, sorted(sizes, reverse=True), "sorted by size")
    browser.press(Keys.ARROW_DOWN)
    ages = [int(row["age"]) for row in browser.shown()]
    equal(ages, sorted(ages, reverse=True), "sorted by age")
    browser.press(Keys.HOME)
    equal(browser.shown(), first, "sorted as it was")

    browser.tab_to("#list > li:first-child summary")
    browser.press(Keys.ENTER)
    row = browser.shown()[0]
    check(row["open"], "a finding opens")
    body = browser.find("#list > li:first-child .body")
    check(body.is_displayed() and len(body.text) > 100, "and shows what is known of it")
    browser.press(Keys.SPACE)
    check(not browser.shown()[0]["open"], "and closes")

    # A number in the table of codes leads to its findings.
    link = browser.find('#codes a[data-filter="unsettled"]')
    browser.js("arguments[0].focus()", link)
    browser.press(Keys.ENTER)
    browser.js("return new Promise(done => setTimeout(done, 50))")
    equal({row["code"] for row in browser.shown()}, {"unsettled"}, "a code leads to its findings")
    # An address that names a finding opens it, whatever is chosen.
    other = first[0]["id"]
    browser.js("location.hash = arguments[0]", "#" + other)
    browser.js("return new Promise(done => setTimeout(done, 50))")
    check([row for row in browser.shown() if row["id"] == other and row["open"]], "an address opens its finding")


def without_script(browser, page, findings):
    browser.cdp("Emulation.setScriptExecutionDisabled", {"value": True})
    browser.driver.get(page.as_uri())
    root = browser.cdp("DOM.getDocument", {})["root"]["nodeId"]
    nodes = browser.cdp("DOM.querySelectorAll", {"nodeId": root, "selector": "#list > li"})["nodeIds"]
    equal(len(nodes), findings, "findings without the script")
    heights = [browser.cdp("DOM.getBoxModel", {"nodeId": node})["model"]["height"] for node in (nodes[0], nodes[-1])]
    check(all(height > 10 for height in heights), "they can be seen")
    form = browser.cdp("DOM.querySelector", {"nodeId": root, "selector": "#find"})["nodeId"]
    attributes = browser.cdp("DOM.getAttributes", {"nodeId": form})["attributes"]
    check("hidden" in attributes, "what needs the script is not offered")
    browser.cdp("Emulation.setScriptExecutionDisabled", {"value": False})


def many(browser, avstem, folder):
    """50 000 findings: the document holds the first of them, a hundred at a time, and says where the rest is."""
    orders = folder / "orders.csv"
    with orders.open("w") as file:
        file.write("order_id,line_id,gross_amount,currency,created_at,provider\n")
        for number in range(50_000):
            file.write(f"M-{number},1,{100 + number},SEK,2026-10-01,swedbank_pay\n")
    page, summary = run(avstem, folder / "many", "--orders", str(orders), "--lang", "sv")
    equal(summary["codes"][0]["findings"], 50_000, "the run finds them")
    check(page.stat().st_size < 8_000_000, f"the page is of a bearable size: {page.stat().st_size}")
    browser.open(page)
    equal((len(browser.all("#list > li")), len(browser.shown())), (2_000, 100), "findings in the page and in the view")
    check(f"50{SPACE}000" in browser.find(".note").text and "discrepancies.csv" in browser.find(".note").text, "the rest is named")
    equal(browser.shown()[0]["difference"], "-50099", "the largest comes first")
    browser.js("document.getElementById('next').focus()")
    browser.press(Keys.ENTER)
    equal(browser.shown()[0]["difference"], "-49999", "the next page begins behind the first")
    equal(browser.find("#shown").text.split("–")[0], "101", "the second page")
    browser.press(Keys.ENTER)
    equal(browser.find("#shown").text.split("–")[0], "201", "the third page")
    browser.js("document.getElementById('previous').focus()")
    browser.press(Keys.ENTER)
    equal(browser.find("#shown").text.split("–")[0], "101", "back")
    took = browser.js("""const begin = performance.now(); const field = document.getElementById('q');
        field.value = 'M-49999'; field.dispatchEvent(new Event('input')); document.body.offsetHeight;
        return performance.now() - begin""")
    equal(len(browser.shown()), 1, "search among many")
    print(f"a search among 2 000 findings took {took:.0f} ms")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--avstem", required=True, type=lambda path: pathlib.Path(path).resolve())
    arguments.add_argument("--axe", required=True, type=pathlib.Path)
    arguments.add_argument("--pictures", type=pathlib.Path)
    given = arguments.parse_args()
    source = given.axe.read_text()
    browser = Browser()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        try:
            pages = []
            for lang in LANGUAGES:
                page, summary = run(given.avstem, folder / lang, "--config", "samples/october-2026/avstem.toml", "--lang", lang)
                pages.append((lang, page, summary))
            broken, _ = run(given.avstem, folder / "broken", "--config", "samples/broken/avstem.toml", "--lang", "sv")
            # The second of two nights, which has causes and a trend.
            for day in ("2026-10-30", "2026-10-31"):
                nightly, _ = run(given.avstem, folder / "nightly", "--config", "samples/october-2026/avstem.toml", "--lang", "nb",
                                 "--state", folder / "night.db", "--as-of", day)
            books, _ = run(given.avstem, folder / "books", "--config", "samples/books/avstem.toml", "--lang", "nb",
                           "--reports", "html,hledger")
            for lang, page, summary in [*pages, ("broken", broken, None), ("nightly", nightly, None), ("books", books, None)]:
                for dark in (False, True):
                    theme = "dark" if dark else "light"
                    for width in WIDTHS:
                        browser.open(page, width, dark)
                        overflow(browser, f"in {lang}, {theme}, {width}")
                        browser.js("document.querySelectorAll('details').forEach((e, i) => { e.open = i < 6 })")
                        overflow(browser, f"in {lang}, {theme}, {width}, opened")
                        if given.pictures:
                            given.pictures.mkdir(parents=True, exist_ok=True)
                            browser.picture(given.pictures / f"{lang}-{theme}-{width}.png", width)
                    axe(browser, source, f"in {lang}, {theme}, wide")
                    browser.resize(360)
                    axe(browser, source, f"in {lang}, {theme}, narrow")
                if summary:
                    browser.open(page)
                    numbers(browser, summary, lang)
                    by_keyboard(browser, lang)
                    equal(browser.driver.get_log("browser"), [], f"the console after all of it, in {lang}")
            payouts(browser, books)
            without_script(browser, pages[1][1], 48)
            browser.open(pages[1][1])
            printed = base64.b64decode(browser.cdp("Page.printToPDF", {"preferCSSPageSize": True})["data"])
            check(printed.startswith(b"%PDF"), "it prints")
            if given.pictures:
                (given.pictures / "printed.pdf").write_bytes(printed)
            many(browser, given.avstem, folder)
        finally:
            browser.driver.quit()
    print(f"page.py: {checks} checks, all right")


if __name__ == "__main__":
    main()
