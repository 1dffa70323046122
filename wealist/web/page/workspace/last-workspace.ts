const STORE_KEY = 'wealist.last-workspace'

/** Where the person was last in this browser, so that the start page leads there. */
export function lastWorkspaceId(): string | undefined {
  try {
    return localStorage.getItem(STORE_KEY) ?? undefined
  } catch (error) {
    if (error instanceof DOMException) return undefined
    throw error
  }
}

export function rememberWorkspace(workspaceId: string): void {
  try {
    localStorage.setItem(STORE_KEY, workspaceId)
  } catch (error) {
    if (!(error instanceof DOMException)) throw error // without storage the first workspace is shown instead
  }
}
