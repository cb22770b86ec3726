/** Plain texts that ask for a drawing, as users write them. */

/** The paper's optional text (Section 4.2). */
export const OPTIONAL_TEXT = 'convert the image color to black and white with a white background'

export const PLAIN_TEXT = 'a pencil sketch'

/** What best-text tries unless told otherwise; and what a learning may begin from. */
export const TEXTS: readonly string[] = [
  PLAIN_TEXT,
  'a soft, dark pencil drawing',
  'a fine, light pencil sketch',
  'a pencil drawing, white background',
  'a graphite drawing',
  'a dark graphite drawing with long strokes',
  'a shaded pencil drawing on a white background',
  'a line drawing with thin lines',
  'a simple line drawing',
  'a detailed contour drawing',
  'an ink drawing',
  'a quick sketch',
  'a loose hand sketch with soft shading',
  'a rough drawing, no shading',
  'a careful hand sketch',
  'a portrait sketch',
  "a pale artist's sketch with dark hair",
  'a shaded portrait sketch, white background',
  'a fine line portrait',
  'a dark fine line portrait with dark hair',
  'a light line portrait, hair in few strands, no shading',
  'a shaded portrait with dark hair',
  'a charcoal drawing',
  'a smooth, light charcoal sketch',
  'a grey photo',
  'a hatching drawing',
  'a cross hatching drawing',
  'a brown pencil drawing on cream paper',
  'a chalk drawing on cream paper',
  'a chalk drawing on grey paper',
  'a red chalk drawing',
  'a sepia drawing',
  'an ink wash drawing',
  'a stippled drawing',
  'an engraving',
  'a woodcut',
  'a pastel drawing',
  'a cartoon',
]
