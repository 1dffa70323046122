/** A parameter in the fragment of an address, where no server and no log gets to see it: `#token=…`. */
export function fragmentOf(hash: string, name: string): string | undefined {
  return new URLSearchParams(hash.replace(/^#/, '')).get(name) ?? undefined
}
