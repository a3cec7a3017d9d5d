// First-load JavaScript, gzipped, against the budget: the entry, what it imports at once, and the start page's chunk.
import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const limit = 200_000
const folder = new URL('../../src/umbel/web/static/assets/', import.meta.url)
const chunks = new Map(readdirSync(folder).filter((name) => name.endsWith('.js')).map((name) => [name, readFileSync(new URL(name, folder))]))

/** A chunk with all that it imports without waiting for a call. */
function withImports(name, found = new Set()) {
  if (found.has(name) || !chunks.has(name)) return found
  found.add(name)
  for (const [, other] of chunks.get(name).toString().matchAll(/(?:\bfrom|\bimport)\s*["']\.\/([^"']+\.js)["']/g)) withImports(other, found)
  return found
}

const starts = [...chunks.keys()].filter((name) => /^(?:index|theme|overview)-/.test(name))
if (starts.length !== 3) throw new Error(`index, theme and overview are not all among ${[...chunks.keys()].join(', ')}`)
const first = new Set(starts.flatMap((name) => [...withImports(name)]))
const sizes = [...chunks].map(([name, source]) => ({ name, bytes: gzipSync(source).length })).sort((a, b) => b.bytes - a.bytes)
const sum = (all) => all.reduce((total, { bytes }) => total + bytes, 0)
const total = sum(sizes.filter(({ name }) => first.has(name)))
for (const { name, bytes } of sizes) console.log(`${String(bytes).padStart(8)}  ${first.has(name) ? '*' : ' '} ${name}`)
console.log(`${String(sum(sizes)).padStart(8)}    all chunks together`)
console.log(`${String(total).padStart(8)}  * at the first load, budget ${limit}`)
if (total > limit) process.exitCode = 1
