import { createHash } from 'node:crypto'

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** What a Content-Security-Policy names a style or a script by that stands in the page itself (CSP Level 3 §2.3.1). */
export function contentDigest(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
