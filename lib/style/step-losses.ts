/** What a learning run tells of each step, and how that is kept in JSON. */
import * as v from 'valibot'

/** The terms of one step's loss. */
export interface StepLosses {
  /** From 1. */
  step: number
  /** The weighted sum (Eq. 6). */
  total: number
  /** L_rec (Eq. 3), a mean of squares in what the network predicts; where the recipe gives it a weight. */
  reconstruction?: number
  /** L_edit (Eq. 5). */
  edit: number
  /** What the drawing lacks of the sketch, weighted already; where the recipe draws. */
  drawing?: number
}

/** In the order they are told. */
export const TERMS = ['total', 'reconstruction', 'edit', 'drawing'] as const

// JSON writes null for what is not finite: the loss of a run that diverged.
const loss = v.pipe(
  v.nullable(v.number()),
  v.transform((value) => value ?? Number.NaN),
)

export const StepLossesSchema = v.object({
  step: v.number(),
  total: loss,
  reconstruction: v.optional(loss),
  edit: loss,
  drawing: v.optional(loss),
})
