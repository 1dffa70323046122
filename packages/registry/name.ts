/**
 * A name has no spaces and no capital letters, so that it reads the same in a URL, a label and a file name. A `/` parts
 * it as a path is parted, so no part is empty, `.` or `..`: `a/../b` would be `b` to whoever reads it as one.
 */
const NAME = /^(?!.*\/\.{0,2}\/)[a-z0-9](?:[a-z0-9._/-]{0,98}[a-z0-9])?$/

/** The same as text, for schemas. */
export const NAME_PATTERN = NAME.source

/** Whether it can be the name of a project, an environment, a kind, a purpose or a host. */
export function isName(text: string): boolean {
  return NAME.test(text)
}
