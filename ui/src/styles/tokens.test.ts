import { describe, expect, it } from 'vitest'

import css from './tokens.css?raw'

type Rgb = readonly [number, number, number]

function tokens(theme: 'light' | 'dark'): Map<string, string> {
  const block = new RegExp(`\\[data-theme="${theme}"\\] \\{([^}]*)\\}`).exec(css)?.[1] ?? ''
  return new Map([...block.matchAll(/--([\w-]+): (#[\da-f]{6})/g)].map(([, name = '', value = '']) => [name, value]))
}

const rgb = (hex: string): Rgb => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255) as unknown as Rgb // three by the list above
const linear = (c: number): number => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
const light = (color: Rgb): Rgb => [linear(color[0]), linear(color[1]), linear(color[2])]

function luminance(hex: string): number {
  const [r, g, b] = light(rgb(hex))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number] // two in, two out
  return (high + 0.05) / (low + 0.05)
}

/** Machado 2009 at full severity, on linear light. */
const blindness: Record<string, readonly [Rgb, Rgb, Rgb]> = {
  protan: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deutan: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritan: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}

const times = (m: readonly [Rgb, Rgb, Rgb], [x, y, z]: Rgb): Rgb => m.map(([a, b, c]) => a * x + b * y + c * z) as unknown as Rgb // three rows

function oklab(color: Rgb): Rgb {
  const lms = times([[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566], [0.0883024619, 0.2817188376, 0.6299787005]], color)
  const roots: Rgb = [Math.cbrt(lms[0]), Math.cbrt(lms[1]), Math.cbrt(lms[2])]
  return times([[0.2104542553, 0.793617785, -0.0040720468], [1.9779984951, -2.428592205, 0.4505937099], [0.0259040371, 0.7827717662, -0.808675766]], roots)
}

const apart = (a: Rgb, b: Rgb): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]) * 100

const grounds = ['surface', 'canvas', 'sunken', 'selected', 'hover']
const texts = ['ink', 'ink-2', 'ink-3', 'accent', 'success', 'running', 'pending', 'failure', 'retry', 'revoked', 'rejected', 'lost', 'warning', 'critical', 'healthy', 'unknown']
const tinted = ['success', 'running', 'pending', 'failure', 'retry', 'revoked', 'rejected', 'lost', 'warning', 'critical']

describe.each(['light', 'dark'] as const)('%s theme', (theme) => {
  const all = tokens(theme)
  const token = (name: string): string => {
    const value = all.get(name)
    if (!value) throw new Error(`tokens.css has no --${name}`)
    return value
  }

  it('has every text at 4.5 on every ground', () => {
    const low = texts.flatMap((text) => grounds.filter((ground) => contrast(token(text), token(ground)) < 4.5).map((ground) => `${text} on ${ground}`))
    expect(low).toEqual([])
  })

  it('has every state at 4.5 on its own tint', () => {
    expect(tinted.filter((name) => contrast(token(name), token(`${name}-tint`)) < 4.5)).toEqual([])
  })

  it('has controls at 3', () => {
    expect(contrast(token('line-3'), token('surface'))).toBeGreaterThanOrEqual(3)
    expect(contrast(token('on-accent'), token('accent'))).toBeGreaterThanOrEqual(4.5)
  })

  it.each(Object.keys(blindness))('keeps the four main states apart for %s eyes', (kind) => {
    const seen = ['success', 'running', 'pending', 'failure'].map((name) => {
      const matrix = blindness[kind]
      const color = light(rgb(token(`${name}-fill`)))
      const clipped = matrix ? times(matrix, color).map((c) => Math.min(1, Math.max(0, c))) : color
      return oklab(clipped as unknown as Rgb) // three by the matrix
    })
    const pairs = seen.flatMap((a, i) => seen.slice(i + 1).map((b) => apart(a, b)))
    expect(Math.min(...pairs)).toBeGreaterThan(10.5)
  })
})
