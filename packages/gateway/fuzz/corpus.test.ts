import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readCorpus } from './corpus.ts'
import { mutate, randomFrom } from './mutation.ts'
import { PROPERTIES } from './properties.ts'

test.for(Object.entries(PROPERTIES))(
  '%s: what was once new or broken holds, and so do changes of it',
  async ([name, property]) => {
    const corpus = await readCorpus(name)
    expect(corpus.length).toBeGreaterThan(0)
    for (const bytes of corpus) property(bytes)
    const one = fc.constantFrom(...corpus)
    fc.assert(
      fc.property(one, one, fc.integer(), (bytes, other, seed) => property(mutate(bytes, other, randomFrom(seed)))),
      { numRuns: 500 },
    )
  },
)
