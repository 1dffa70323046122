import { createContext, use } from 'react'

/** Whether there is a frame with its `main` around: what a route shows in place of its page brings one if not. */
export const FrameContext = createContext(false)

export function useIsFramed(): boolean {
  return use(FrameContext)
}
