import { Outlet, useParams } from '@tanstack/react-router'
import { useEffect } from 'react'
import { CONTENT_ID } from '../ui/content-id.ts'
import { rememberWorkspace } from '../workspace/last-workspace.ts'
import { AccountMenu } from './account-menu.tsx'
import { FrameContext } from './frame-context.ts'
import { SkipLink } from './skip-link.tsx'
import { StartLink } from './start-link.tsx'
import styles from './workspace-frame.module.css'
import { WorkspaceNav } from './workspace-nav.tsx'
import { WorkspaceSwitcher } from './workspace-switcher.tsx'

/** Around the pages of a workspace. On a phone its navigation is at the bottom, where thumbs are. */
export function WorkspaceFrame() {
  const { workspaceId } = useParams({ from: '/signed-in/w/$workspaceId' })
  useEffect(() => rememberWorkspace(workspaceId), [workspaceId])
  return (
    <FrameContext value={true}>
      <div className={styles.frame}>
        <SkipLink />
        <div className={styles.side}>
          <header className={styles.head}>
            <div className={styles.start}>
              <StartLink />
            </div>
            <div className={styles.switcher}>
              <WorkspaceSwitcher workspaceId={workspaceId} />
            </div>
            <div className={styles.account}>
              <AccountMenu />
            </div>
          </header>
          <WorkspaceNav workspaceId={workspaceId} />
        </div>
        <main className={styles.main} id={CONTENT_ID} tabIndex={-1}>
          <Outlet />
        </main>
      </div>
    </FrameContext>
  )
}
