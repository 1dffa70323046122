import { parse } from 'jsonc-parser'

/** A JSON object as it is, for writing back what we do not know. */
export type JsonObject = Readonly<Record<string, unknown>>

/** The value when it is an object; of anything else an empty one. */
export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** @param text of a file that has been read without faults (its comments are lost); undefined for a new one */
export function parseObject(text: string | undefined): JsonObject {
  if (text === undefined) return {}
  const value: unknown = parse(text)
  return objectOf(value)
}

/** As the files of people are written: two spaces, a line at the end. */
export function formatJson(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}
