import { fileURLToPath } from 'node:url'

import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

import { themeFirst } from './scripts/theme-first.ts'
import { mockApi } from './src/testing/mock-api.ts'

const server = process.env.UMBEL_URL ?? 'http://127.0.0.1:5555'

export default defineConfig({
  base: './',
  plugins: [react(), themeFirst(), ...(process.env.UMBEL_MOCK ? [mockApi()] : [])],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    outDir: '../src/umbel/web/static',
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: process.env.UMBEL_MOCK ? {} : { '/api': server } },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.{ts,tsx}'],
    css: { include: [/tokens\.css/] },
    setupFiles: ['src/testing/setup.ts'],
    env: { TZ: 'UTC' },
  },
})
