/* global document, getComputedStyle, MutationObserver, performance, requestAnimationFrame, window -- these functions run in the page */
// What a browser makes of a live Umbel, for `python -m benches.screen`: reads commands from its input, a line each
// (`{"do": "watch" | "report" | "frames" | "start", ...}`), answers each with a line of JSON, and ends with its input.
import { createInterface } from 'node:readline'

import { chromium } from '@playwright/test'

const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--enable-precise-memory-info']
const [url] = process.argv.slice(2)
const browser = await chromium.launch({ executablePath: process.env.UMBEL_CHROMIUM ?? '/usr/bin/chromium', args: flags })
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
const devtools = await page.context().newCDPSession(page)

/** Notes in the page when each task's row first shows each word of state. */
const note = () => {
  const seen = new Map()
  const look = () => {
    for (const link of document.querySelectorAll('[role=row] a[href*="/tasks/"]')) {
      const row = link.closest('[role=row]')
      const word = row?.querySelector('.st')?.textContent?.trim()
      const id = link.getAttribute('href').split('/tasks/')[1]
      if (word && !seen.has(`${id} ${word}`)) seen.set(`${id} ${word}`, Date.now())
    }
  }
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true })
  look()
  window.seenStates = seen
}

/** Records for some seconds how far apart the frames are, while the page scrolls or rests. */
const frames = ({ seconds, scrolls }) =>
  new Promise((done) => {
    const gaps = []
    const box = document.querySelector('[role=table], [role=grid], main') ?? document.scrollingElement
    const scroller = [box, ...document.querySelectorAll('main *')].find((each) => each && each.scrollHeight > each.clientHeight + 200 && /auto|scroll/.test(getComputedStyle(each).overflowY)) ?? document.scrollingElement
    const end = performance.now() + seconds * 1000
    let last = performance.now()
    const frame = (now) => {
      gaps.push(now - last)
      last = now
      if (scrolls) scroller.scrollBy(0, 60)
      if (now < end) requestAnimationFrame(frame)
      else done({ gaps: gaps.slice(1), scrolled: scroller.scrollTop })
    }
    requestAnimationFrame(frame)
  })

async function heapBytes() {
  await devtools.send('HeapProfiler.collectGarbage')
  const { usedSize } = await devtools.send('Runtime.getHeapUsage')
  return usedSize
}

const answers = {
  /** Opens a list and notes states from then on. */
  async watch({ path }) {
    await page.goto(url + path)
    await page.waitForSelector('[role=row] .st')
    await page.evaluate(note)
    return {}
  },
  async report() {
    return { seen: await page.evaluate(() => Object.fromEntries(window.seenStates)) }
  },
  async frames({ path, seconds, scrolls }) {
    if (path) {
      await page.goto(url + path)
      await page.waitForSelector('main h1')
      await page.waitForTimeout(1000)
    }
    const heapBefore = await heapBytes()
    const found = await page.evaluate(frames, { seconds, scrolls })
    return { ...found, heapBefore, heapAfter: await heapBytes() }
  },
  /** Opens a page anew on a slow processor; tells when its heading stood there and when it answered a key. */
  async start({ path, slowdown, ready }) {
    const fresh = await browser.newContext({ viewport: { width: 1440, height: 900 } })
    const tab = await fresh.newPage()
    const tools = await fresh.newCDPSession(tab)
    await tools.send('Emulation.setCPUThrottlingRate', { rate: slowdown })
    await tab.goto(url + path, { waitUntil: 'commit' })
    await tab.waitForSelector('main h1')
    const heading = await tab.evaluate(() => performance.now())
    await tab.waitForSelector(ready)
    const told = await tab.evaluate(() => performance.now())
    const dialog = tab.locator('dialog[open], [role=dialog]')
    for (let tries = 0; tries < 600 && !(await dialog.count()); tries += 1) await tab.keyboard.press('Control+k')
    const answered = await tab.evaluate(() => performance.now())
    await fresh.close()
    return { heading, told, answered }
  },
}

console.log(JSON.stringify({ browser: browser.version() }))
for await (const line of createInterface({ input: process.stdin })) {
  const { do: name, ...given } = JSON.parse(line)
  console.log(JSON.stringify(await answers[name](given)))
}
await browser.close()
