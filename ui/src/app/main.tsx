import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

import { Live } from '@/api/live'
import { LiveProvider } from '@/api/live-context'
import { makeQueryClient } from '@/api/queries'
import { startPreferences } from '@/lib/preferences'

import { makeRouter } from './router'

import '@/styles/all.css'

const place = document.getElementById('root')
if (!place) throw new Error('index.html has no #root')

startPreferences()
const client = makeQueryClient()
const live = new Live(client)
const router = makeRouter()

createRoot(place).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <LiveProvider value={live}>
        <RouterProvider router={router} />
      </LiveProvider>
    </QueryClientProvider>
  </StrictMode>,
)
