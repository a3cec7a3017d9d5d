// First-load JavaScript, gzipped, against the budget: the entry, what it imports at once, and the start page's chunk.
import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const limit = 200_000
const folder = new URL('../../src/umbel/web/static/assets/', import.meta.url)
const sizes = readdirSync(folder)
  .filter((name) => name.endsWith('.js'))
  .map((name) => ({ name, bytes: gzipSync(readFileSync(new URL(name, folder))).length }))
  .sort((a, b) => b.bytes - a.bytes)
const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0)
for (const { name, bytes } of sizes) console.log(`${String(bytes).padStart(8)}  ${name}`)
console.log(`${String(total).padStart(8)}  all chunks together, budget ${limit} for the first load`)
if (total > limit) process.exitCode = 1
