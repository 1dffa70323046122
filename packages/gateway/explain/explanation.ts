/** What a step of the way decides. `told` decides nothing: it is good to know. */
export type Verdict = 'passes' | 'refused' | 'told'

export interface ExplainedStep {
  readonly step: 'request' | 'client' | 'tls' | 'host' | 'path' | 'route' | 'websocket' | 'limits' | 'target'
  readonly verdict: Verdict
  readonly words: string
  /** One by one, such as the routes that were not taken. */
  readonly reasons: readonly string[]
}

export type ExplainedOutcome =
  | { readonly kind: 'answered'; readonly status: number; readonly words: string }
  | { readonly kind: 'forwarded'; readonly route: string; readonly service: string; readonly target: string }
  | { readonly kind: 'refused'; readonly code: string; readonly status: number; readonly message: string }

/** Why a request goes where it goes, as plain JSON. */
export interface Explanation {
  readonly request: string
  readonly outcome: ExplainedOutcome
  readonly steps: readonly ExplainedStep[]
}

const SIGNS: Readonly<Record<Verdict, string>> = { passes: '✓', refused: '✕', told: '·' }

/** For people, line by line. */
export function explanationLines({ request, outcome, steps }: Explanation): readonly string[] {
  const width = Math.max(...steps.map(({ step }) => step.length))
  const told = steps.flatMap(({ step, verdict, words, reasons }) => [
    `${SIGNS[verdict]} ${step.padEnd(width)}  ${words}`,
    ...reasons.map((reason) => `  ${' '.repeat(width)}  - ${reason}`),
  ])
  return [request, ...told, `→ ${outcomeWords(outcome)}`]
}

function outcomeWords(outcome: ExplainedOutcome): string {
  if (outcome.kind === 'forwarded') return `goes to service "${outcome.service}" at ${outcome.target}`
  if (outcome.kind === 'answered') return `is answered ${outcome.status} by the gateway itself: ${outcome.words}`
  return `is answered ${outcome.status} ${outcome.code} by the gateway itself: ${outcome.message}`
}

/** The same for whoever sent the request: no address of anything behind the gateway. */
export function whyLines({ steps }: Explanation): readonly string[] {
  return steps
    .filter(({ step }) => step !== 'target' && step !== 'client')
    .flatMap(({ step, words, reasons }) => [`${step}: ${words}`, ...reasons.map((reason) => `${step}: ${reason}`)])
}
