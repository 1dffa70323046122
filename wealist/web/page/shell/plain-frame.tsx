import { Outlet } from '@tanstack/react-router'
import { CONTENT_ID } from '../ui/content-id.ts'
import { AccountMenu } from './account-menu.tsx'
import { FrameContext } from './frame-context.ts'
import styles from './plain-frame.module.css'
import { SkipLink } from './skip-link.tsx'
import { StartLink } from './start-link.tsx'

/** Around the pages that belong to no workspace. */
export function PlainFrame() {
  return (
    <FrameContext value={true}>
      <div className={styles.frame}>
        <SkipLink />
        <header className={styles.head}>
          <StartLink />
          <AccountMenu />
        </header>
        <main className={styles.main} id={CONTENT_ID} tabIndex={-1}>
          <Outlet />
        </main>
      </div>
    </FrameContext>
  )
}
