/** The paper's figures of pictures. Apart from how they are made, so that the command line knows them without loading it. */
export const FIGURES = ['6', '7', '8', '9'] as const
export type FigureName = (typeof FIGURES)[number]
