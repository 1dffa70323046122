import { AppError, type ErrorCatalogue } from '@portolan/errors'

export const RECONCILE_ERRORS = {
  RECONCILE_HOST_SILENT: { status: 503, title: 'Not everything that looks at the host has answered' },
  RECONCILE_RULE_INVALID: { status: 400, title: 'A rule for adoption cannot be used' },
} as const satisfies ErrorCatalogue

/** @param observer which one was silent */
export function hostSilent(host: string, observer: string, cause: AppError): AppError {
  const message =
    `"${observer}" did not answer for host "${host}", so what runs there is not known whole: ${cause.message} ` +
    `Nothing was adopted. Every observer has to answer. Repair this one, and ask again.`
  const { status } = RECONCILE_ERRORS.RECONCILE_HOST_SILENT
  return new AppError('RECONCILE_HOST_SILENT', message, { status, cause, details: { host, observer } })
}

/** One thing that is wrong with one rule. */
export interface RuleFault {
  /** Position in the list, from 0. */
  readonly rule: number
  readonly field: string
  readonly expected: string
}

export function ruleInvalid(faults: readonly RuleFault[]): AppError {
  const list = faults.map(({ rule, field, expected }) => `rule ${rule + 1}: "${field}" has to be ${expected}`)
  const message = `The rules cannot be used: ${list.join('; ')}. Correct them and ask again.`
  const { status } = RECONCILE_ERRORS.RECONCILE_RULE_INVALID
  return new AppError('RECONCILE_RULE_INVALID', message, { status, details: { faults } })
}
