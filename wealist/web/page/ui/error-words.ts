import { isAppError } from '@portolan/errors'
import i18next, { type TFunction } from 'i18next'
import type { Fault } from '../api/contract.ts'
import { detailOf, faultsOf } from '../api/problem.ts'
import type { english } from '../i18n/english.ts'
import { formatWait } from '../i18n/formats.ts'

type Words = (typeof english)['errors']
type ErrorKey = Exclude<keyof Words, 'faults'>
type FaultRule = keyof Words['faults']

/** What a person reads of an error: by its code, in the language of the page. */
export function errorWords(t: TFunction, error: unknown): string {
  const code = isAppError(error) ? error.code : 'unexpected'
  const seconds = Number(detailOf(error, 'retryAfterSeconds') ?? 30)
  const wait = formatWait(i18next.language, seconds)
  const limit = Number(detailOf(error, 'limit') ?? 0)
  return t(isErrorKey(code) ? code : 'unexpected', { ns: 'errors', wait, limit })
}

/** The id under which the log knows the request of an error that is not the person's fault. */
export function requestIdOf(error: unknown): string | undefined {
  const id = isAppError(error) && error.status >= 500 ? detailOf(error, 'requestId') : undefined
  return typeof id === 'string' ? id : undefined
}

/** What is wrong with a field. Schemas have no rules, only reasons for developers, and those are read as rules. */
export function faultWords(t: TFunction, fault: Pick<Fault, 'rule' | 'reason'>): string {
  const rule = fault.rule ?? ruleOfReason(fault.reason)
  return t(`faults.${isFaultRule(rule) ? rule : 'check'}`, { ns: 'errors' })
}

const REASONS: readonly (readonly [RegExp, FaultRule])[] = [
  [/^is missing|fewer than 1 char/, 'missing'],
  [/e-mail/, 'email'],
  [/more than|longer than/, 'length'],
  [/is wrong/, 'wrong'],
]

export function ruleOfReason(reason: string): FaultRule {
  return REASONS.find(([form]) => form.test(reason))?.[1] ?? 'check'
}

/** Errors about one field whose own words say more than 'wrong'. */
const TELLING_CODES = ['AUTH_CODE_WRONG', 'AUTH_CODE_USED', 'AUTH_PASSWORD_WRONG'] as const

/** The faults of an error by the name of their field; a code that is wrong says so by the error's own words. */
export function faultsByField(t: TFunction, error: unknown): ReadonlyMap<string, string> {
  const isOfCode = isAppError(error) && TELLING_CODES.some((code) => code === error.code)
  return new Map(faultsOf(error).map((fault) => [fault.field, isOfCode ? errorWords(t, error) : faultWords(t, fault)]))
}

function isErrorKey(code: string): code is ErrorKey {
  return code !== 'faults' && i18next.exists(`errors:${code}`)
}

function isFaultRule(rule: string): rule is FaultRule {
  return i18next.exists(`errors:faults.${rule}`)
}
