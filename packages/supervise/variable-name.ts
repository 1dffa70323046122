/** How the name of a service or port stands in the names of environment variables: `board-api` → `BOARD_API`. */
export function variableName(name: string): string {
  return name.toUpperCase().replaceAll('-', '_')
}

/** `board-api` → `BOARD_API_URL` */
export function urlVariable(name: string): string {
  return `${variableName(name)}_URL`
}
