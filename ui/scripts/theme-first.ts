import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'

const address = '/src/app/theme.js'
const source = fileURLToPath(new URL(`..${address}`, import.meta.url))

/**
 * Puts a classic script into the head, so that the theme stands before the first paint: a module would come after it,
 * and the page's policy allows no inline script. The file is hashed like every asset, since assets are kept for good.
 */
export function themeFirst(): Plugin {
  const tag = (src: string) => [{ tag: 'script', attrs: { src }, injectTo: 'head' as const }]
  let builds = false
  return {
    name: 'umbel-theme-first',
    configResolved(config) {
      builds = config.command === 'build'
    },
    buildStart() {
      if (builds) this.emitFile({ type: 'asset', name: 'theme.js', source: readFileSync(source, 'utf8') })
    },
    transformIndexHtml: {
      order: 'post',
      handler: (_, { bundle }) => {
        if (!bundle) return tag(address)
        const built = Object.values(bundle).find((file) => file.type === 'asset' && file.names.includes('theme.js'))
        if (!built) throw new Error('theme.js was not built')
        return tag(`./${built.fileName}`)
      },
    },
  }
}
