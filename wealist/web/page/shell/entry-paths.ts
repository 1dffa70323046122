/** Pages for which nobody has to be signed in. */
const ENTRY_PATHS = [
  '/sign-in',
  '/sign-in/second-factor',
  '/sign-up',
  '/verify-email',
  '/forgot-password',
  '/reset-password',
  '/invitation',
] as const

export function isEntryPath(path: string): boolean {
  return ENTRY_PATHS.some((each) => each === path)
}
