import { AppError, type ErrorCatalogue } from '@portolan/errors'

export const RECONCILE_ERRORS = {
  RECONCILE_HOST_SILENT: { status: 503, title: 'Not everything that looks at the host has answered' },
  RECONCILE_NUMBER_TOO_HIGH: { status: 409, title: 'A label shows a number above which none can be given' },
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

/** @param what shows it: a container, with its place */
export function numberTooHigh(
  host: string,
  { what, number, shown }: { readonly what: string; readonly number: 'token' | 'claimId'; readonly shown: number },
): AppError {
  const label = number === 'token' ? 'portolan.token' : 'portolan.claim'
  const message =
    `On host "${host}", ${what} has the label ${label}=${shown}, and no registry can give numbers above that. Nothing ` +
    `was rebuilt. No registry has given it, so end that container or start it without the label, and ask again.`
  const { status } = RECONCILE_ERRORS.RECONCILE_NUMBER_TOO_HIGH
  return new AppError('RECONCILE_NUMBER_TOO_HIGH', message, { status, details: { host, label, shown } })
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
