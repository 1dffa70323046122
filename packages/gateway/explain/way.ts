import type { ExplainedStep } from './explanation.ts'

/** The steps so far. */
export class Way {
  readonly steps: ExplainedStep[] = []

  tell(step: ExplainedStep['step'], words: string, reasons: readonly string[] = []): void {
    this.steps.push({ step, verdict: 'told', words, reasons })
  }

  pass(step: ExplainedStep['step'], words: string, reasons: readonly string[] = []): void {
    this.steps.push({ step, verdict: 'passes', words, reasons })
  }

  /** @throws the error itself */
  refuse(step: ExplainedStep['step'], error: Error, reasons: readonly string[] = []): never {
    this.steps.push({ step, verdict: 'refused', words: error.message, reasons })
    throw error
  }
}
