import { useId } from 'react'
import type { Invitation } from '../../api/contract.ts'
import rows from '../../ui/rows.module.css'
import styles from './invitation-group.module.css'
import { InvitationRow } from './invitation-row.tsx'

interface InvitationGroupProps {
  readonly heading: string
  readonly invitations: readonly Invitation[]
  readonly onWithdraw: (invitation: Invitation) => void
}

/** Nothing at all when there is none. */
export function InvitationGroup({ heading, invitations, onWithdraw }: InvitationGroupProps) {
  const id = useId()
  if (invitations.length === 0) return null
  return (
    <section className={styles.group} aria-labelledby={id}>
      <h2 id={id}>{heading}</h2>
      <ul className={rows.rows}>
        {invitations.map((invitation) => (
          <InvitationRow key={invitation.id} invitation={invitation} onWithdraw={() => onWithdraw(invitation)} />
        ))}
      </ul>
    </section>
  )
}
