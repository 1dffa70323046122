import { type Command, Option } from 'commander'
import { parseDuration } from '../duration.ts'
import { usage } from '../errors.ts'
import type { OperationField } from './operation-fields.ts'

/** What commander gives of the options, by their names in its spelling. */
export type GivenOptions = Readonly<Record<string, unknown>>

/** Adds the option of a field. @param isShown false for what is an argument as well: who guesses `--project` is right */
export function addFieldOption(command: Command, field: OperationField, isShown = true): void {
  const { kind, choices, isRequired } = field
  const option = new Option(`--${field.word}${placeholderOf(field)}`, descriptionOf(field))
  if (choices.length > 0) option.choices([...choices])
  if (kind === 'list' || kind === 'labels') option.argParser(collect)
  command.addOption(option.makeOptionMandatory(isRequired).hideHelp(!isShown))
}

function placeholderOf({ kind, word, choices }: OperationField): string {
  if (choices.length > 0) return ` <${word}>`
  switch (kind) {
    case 'flag':
      return ''
    case 'integer':
      return ' <number>'
    case 'duration':
      return ' <time>'
    case 'labels':
      return ' <name=value>'
    case 'json':
      return ' <json>'
    default:
      return ` <${word}>`
  }
}

/** A sentence as a phrase, as the options of the other commands are described. */
function descriptionOf({ description, kind, standard }: OperationField): string {
  const words =
    kind === 'duration' ? description.replace(/^Milliseconds (after|for) which/, 'the time $1 which') : description
  const phrase = words.replace(/\.$/, '')
  const first = /^[A-Z][a-z]/.test(phrase) ? phrase.charAt(0).toLowerCase() + phrase.slice(1) : phrase
  const several = kind === 'list' || kind === 'labels' ? '; may be given several times' : ''
  return `${first}${several}${standard === undefined ? '' : ` (default: ${standard})`}`
}

/** For an option that may be given several times. */
export function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value]
}

/** What was given for a field, as the operation takes it; undefined when nothing was. @throws CLI_USAGE */
export function givenValue(field: OperationField, given: unknown): unknown {
  if (given === undefined) return undefined
  const text = typeof given === 'string' ? given : ''
  switch (field.kind) {
    case 'flag':
      return given === true ? true : undefined
    case 'integer':
      if (!/^\d{1,15}$/.test(text)) throw usage(`"${field.word}" takes a whole number, not "${text}".`)
      return Number(text)
    case 'duration':
      return durationOf(field.word, text)
    case 'labels':
      return Object.fromEntries(Array.isArray(given) ? given.map((one) => labelOf(field.word, String(one))) : [])
    case 'json':
      return jsonOf(field.word, text)
    default:
      return given
  }
}

/** Where a time may also be none at all: `--grace 0`. */
export function durationOf(word: string, text: string): number {
  const durationMs = text === '0' ? 0 : parseDuration(text)
  if (durationMs === undefined) throw usage(`--${word} takes a time such as 90s, 30m, 8h or 2d, not "${text}".`)
  return durationMs
}

/** @throws CLI_USAGE */
export function labelOf(word: string, text: string): readonly [string, string] {
  const at = text.indexOf('=')
  if (at < 1) throw usage(`--${word} takes a name and a value, such as "team=search", not "${text}".`)
  return [text.slice(0, at), text.slice(at + 1)]
}

function jsonOf(word: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw usage(`--${word} takes JSON, and this is none: ${text.slice(0, 60)}`)
  }
}

/** As commander spells the name of an option: `even-if-unknown` → `evenIfUnknown`. */
export function optionName({ word }: Pick<OperationField, 'word'>): string {
  return word.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
