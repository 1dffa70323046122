import type { QueryClient } from '@tanstack/react-query'
import type { Notice } from '../ui/notice-board.ts'
import { noticeBoard } from '../ui/notice-board.ts'
import { setSessionHint } from './session-hint.ts'

export interface EndOptions {
  readonly queryClient: QueryClient
  readonly notice: Notice
  /** Shows the sign-in page. */
  readonly goToSignIn: () => Promise<void>
}

/** Leaves nothing of the person on the page: first away from what shows it, then out of the cache. */
export async function endSessionHere({ queryClient, notice, goToSignIn }: EndOptions): Promise<void> {
  setSessionHint(false)
  noticeBoard.show(notice)
  await queryClient.cancelQueries()
  await goToSignIn()
  queryClient.clear()
}
