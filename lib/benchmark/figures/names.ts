// Apart from how they are made, so that the command line knows them without loading it.
/** The paper's figures of pictures that writeFigure draws, as numbered there: docs/benchmark.md says what each shows. */
export const FIGURES = ['6', '7', '8', '9'] as const
/** One of {@link FIGURES}. */
export type FigureName = (typeof FIGURES)[number]
