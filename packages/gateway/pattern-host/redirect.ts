import type { Answer } from '../answer.ts'

/** Leads elsewhere by GET. The address it comes from may hold a code, and is told to nobody. */
export function redirect(location: string, cookies: readonly string[] = []): Answer {
  const headers = ['Location', location, ...OWN_HEADERS, ...cookies.flatMap((cookie) => ['Set-Cookie', cookie])]
  return { status: 303, headers: [...headers, 'Content-Length', '0'], body: '' }
}

/** An address with a query; every value is escaped. */
export function withQuery(address: string, values: Readonly<Record<string, string>>): string {
  return `${address}?${new URLSearchParams(values).toString()}`
}

const OWN_HEADERS = ['Cache-Control', 'no-store', 'Referrer-Policy', 'no-referrer'] as const
