import { describe, expect, it } from 'vitest'

import { workerDetail } from '@/testing/mock-workers'

import { droppedWords } from './AgentFacts'

describe('what the agent let go of', () => {
  it('says how many of what, and nothing where there is nothing', () => {
    expect(droppedWords({ messages: 0, progress: 1200, arguments: 3 })).toBe('1,200 steps of progress, 3 arguments')
    expect(droppedWords({ messages: 0 })).toBeNull()
    expect(droppedWords(workerDetail('rich', 'email@mail-02')?.agent?.dropped ?? {})).toBe('120 steps of progress')
  })
})
