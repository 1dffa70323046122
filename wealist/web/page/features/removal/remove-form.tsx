import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Me } from '../../api/contract.ts'
import { endSessionHere } from '../../session/end-session-here.ts'
import { Form } from '../../ui/form.tsx'
import { FormActions } from '../../ui/form-actions.tsx'
import { checkForm } from '../../ui/form-rules.ts'
import { OwnedWorkspaces } from './owned-workspaces.tsx'
import { type OwnedWorkspace, ownedWorkspacesOf } from './owned-workspaces-of.ts'
import { proofOf, rulesOf } from './owner-proof.ts'
import { OwnerProofField } from './owner-proof-field.tsx'
import { removeAccount } from './remove-account.ts'

interface RemoveFormProps {
  readonly me: Me
  readonly isDisabled: boolean
  readonly onCancel: () => void
}

export function RemoveForm({ me, isDisabled, onCancel }: RemoveFormProps) {
  const { t } = useTranslation('account')
  const { t: tUi } = useTranslation()
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const [owned, setOwned] = useState<readonly OwnedWorkspace[]>([])
  const submit = async (values: FormData) => {
    try {
      await removeAccount(proofOf(me, values))
    } catch (error) {
      const inTheWay = ownedWorkspacesOf(error)
      setOwned(inTheWay)
      if (inTheWay.length === 0) throw error
      return // they are listed, which says it all
    }
    await endSessionHere({
      queryClient,
      notice: { kind: 'done', text: t('removal.removed') },
      goToSignIn: () => navigate({ to: '/sign-in' }),
    })
  }
  return (
    <Form onSubmit={submit} check={(values) => checkForm(values, rulesOf(me))}>
      <OwnerProofField me={me} />
      {owned.length > 0 && <OwnedWorkspaces workspaces={owned} />}
      <FormActions submit={t('removal.confirm')} isAlarming isDisabled={isDisabled} align="end">
        <Button variant="default" onClick={onCancel}>
          {tUi('cancel')}
        </Button>
      </FormActions>
    </Form>
  )
}
