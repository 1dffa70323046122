import { tellStory } from './story.ts'

const LIMIT_MS = 180_000

await tellStory({
  say: (line) => process.stdout.write(`${line}\n`),
  PATH: process.env.PATH ?? '',
  signal: AbortSignal.timeout(LIMIT_MS),
})
