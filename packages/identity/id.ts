// What may stand in a path, a header and a log unharmed. No dots: "..", put into a URL, would ask for something else.
const ID = /^[\w-]{1,64}$/

/** True for what may be an id of a user, a session or a workspace. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value)
}

/** A member of a value that came as JSON, undefined where there is none. */
export function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return Reflect.get(value, name)
}
