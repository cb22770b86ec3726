"""Texts that tokenizers disagree about."""

ENGLISH = """
a photo of a face
convert the image color to black and white with a white background
convert the image color to black and white, white background
a soft pencil sketch of a woman, cross-hatching, high contrast
Turn this portrait into a charcoal drawing by an old master.
make it a red chalk (sanguine) study on toned paper
silverpoint portrait, fine parallel lines; no smudging
Pen-and-ink illustration of an elderly man's face
THE QUICK BROWN FOX JUMPS OVER THE LAZY DOG
The Quick Brown Fox jUmPs oVeR tHe LaZy DoG
sketch
Sketch
SKETCH
i
I
a
an apple a day
supercalifragilisticexpialidocious
antidisestablishmentarianism and floccinaucinihilipilification
hello world
hello, world!
hello , world !
hello,world!
Hello... World???
what?! really?!! no way!!!
to be, or not to be: that is the question
user@example.com
https://example.com/path/to/page?query=string&other=1#fragment
C:\\Windows\\System32
/usr/local/bin/node --max-old-space-size=4096
const x = y => y * 2;
if (a && b || !c) { return a[0] }
<b>bold</b> & <i>italic</i>
a < b > c
email: first.last+tag@sub.domain.org
#hashtag @mention
rock'n'roll
o'clock
""".strip().split("\n")

CONTRACTIONS = """
it's
It's
IT'S
don't
DON'T
won't can't shan't
I'm you're we've they'll he'd she's
I'M YOU'RE WE'VE THEY'LL HE'D SHE'S
y'all'd've
'tis the season
'twas
the dogs' tails
the dog's tail
's
's's's
'story
'test
'really
'very
'meter
'llama
'door
' s
's '
don''t
don'''t
it\u2019s
don\u2019t
\u2018quoted\u2019
it\u02bcs
it`s
it\u00b4s
it\uff07s
rock 'n' roll
'''
''s
x'sx
x'rex
1's
1980's
'80s
""".strip("\n").split("\n")

DIGITS = """
0
1
12
123
1234567890
3.14159
1,000,000
$19.99
50%
1st 2nd 3rd 4th
2nd-hand
a1b2c3
v1.2.3-beta.4
2024-01-31T12:34:56Z
10x20x30
1/2 3/4
\u00bd \u2153 \u00be
x\u00b2 + y\u00b3
H\u2082O
\u2460\u2461\u2462
\u2160\u2161\u2162 \u216b
\u2170\u2171
\u0661\u0662\u0663
\u0967\u0968\u0969
\u4e00\u4e8c\u4e09
\uff11\uff12\uff13
\U0001d7d9\U0001d7da
\u0e51\u0e52
""".strip().split("\n")

LATIN = """
caf\u00e9
cafe\u0301
CAF\u00c9
CAFE\u0301
na\u00efve
r\u00e9sum\u00e9 re\u0301sume\u0301
\u00c5ngstr\u00f6m
\u212bngstr\u00f6m
A\u030angstr\u00f6m
\u00e0\u0300
e\u0301\u0323
e\u0323\u0301
q\u0307\u0323
q\u0323\u0307
a\u0300\u0301\u0302\u0303
\u0301
\u0301a
 \u0301
Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319\u0324
\u1e9b\u0323
\u1e0b\u0323
\u0130stanbul
I\u0307stanbul
\u0131l\u0131k
D\u0130YARBAKIR
i\u0307
\u00df
stra\u00dfe
STRASSE
STRA\u1e9eE
\u1e9e
\ufb01le \ufb03ce \ufb00
\u01c4 \u01c5 \u01c6
\u01f0
\u0149
\u00c6on \u00e6on
\u0152uvre
\u00d0 \u00f0 \u00de \u00fe
\u0141\u00f3d\u017a
za\u017c\u00f3\u0142\u0107 g\u0119\u015bl\u0105 ja\u017a\u0144
P\u0159\u00edli\u0161 \u017elu\u0165ou\u010dk\u00fd k\u016f\u0148
ti\u1ebfng Vi\u1ec7t
ti\u00ea\u0301ng Vi\u00ea\u0323t
\u1ea4\u1ea6\u1ea8
\u00aa \u00ba
\u02b0\u02b1
\u1d2c\u1d2d
\uff21\uff22\uff23
\uff41\uff42\uff43
\u24b6\u24d0
\U0001d400\U0001d41a \U0001d504
\u017fp
\u212a \u2126
\u00b5 \u03bc
""".strip("\n").split("\n")

GREEK_CYRILLIC = """
\u039f\u0394\u03a5\u03a3\u03a3\u0395\u03a5\u03a3
\u03bf\u03b4\u03c5\u03c3\u03c3\u03b5\u03c5\u03c2
\u03a3
\u03a3\u03a3
\u03b1\u03a3
\u03b1\u03a3 \u03b2
\u03a3\u03b1
\u03ac\u03b1\u0301
\u1f00\u1f08
\u0391\u0345
\u1f80\u1f88
\u1fb3 \u1fbc
\u1fbe
\u0390 \u03b0
\u041c\u043e\u0441\u043a\u0432\u0430
\u041c\u041e\u0421\u041a\u0412\u0410
\u0419 \u0418\u0306
\u0451\u0435\u0308
\u0407\u0456\u0308
\u1c80
\u0531\u0580\u0587
\u10d0\u1c90
\u13a0 \uab70
\U00010400\U00010428
\U00010c80\U00010cc0
\u2c00\u2c30
""".strip().split("\n")

SCRIPTS = """
\u4f60\u597d\u4e16\u754c
\u7d20\u63cf \u8096\u50cf
\u4e2d\u6587English\u6df7\u5408
\u65e5\u672c\u8a9e\u306e\u30c6\u30ad\u30b9\u30c8
\u30ab\u3099
\u304b\u3099\u306f\u309a
\uff76\uff9e
\u30fc\u30fb
\ud55c\uad6d\uc5b4 \ubb38\uc7a5
\u1112\u1161\u11ab\u1100\u116e\u11a8
\u3131\u314f
\uf900\uf901
\ufa10 \ufa12
\u0645\u0631\u062d\u0628\u0627
\u0645\u064e\u0631\u0652\u062d\u064e\u0628\u064b\u0627
\ufe8d\ufefb
\u0622\u0627\u0653
\u0644\u0640\u0640\u0627
\u05e9\u05dc\u05d5\u05dd
\u05e9\u05c1\u05b8\u05dc\u05d5\u05b9\u05dd
\ufb2a\ufb1d
\u0928\u092e\u0938\u094d\u0924\u0947
\u0915\u094d\u0937 \u0915\u094d\u200d\u0937 \u0915\u094d\u200c\u0937
\u0958\u0929
\u0995\u09cb\u09dc
\u0b95\u0bca
\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35
\u0e33\u0eb3
\u0f40\u0f73\u0f75
\u1019\u103c\u1014\u103a\u1019\u102c
\u1000\u1039\u1000
\u1780\u17d2\u1798\u17c2\u179a
\u1820\u180e\u1820
\u12a0\u121b\u122d\u129b
\u05d0bc\u0627
\u202babc\u202c
\u20000\U00020000\U0002a6d6
\U0001d173\U0001d15e
\u2adc \u2add\u0338
\u2260 =\u0338
\u2224 \u2223\u0338
""".strip().split("\n")

EMOJI = """
\U0001f600
\U0001f600\U0001f600\U0001f600
hello \U0001f44b world \U0001f30d!
\U0001f44d\U0001f3fb\U0001f44d\U0001f3fd\U0001f44d\U0001f3ff
\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466
\U0001f469\U0001f3fd\u200d\U0001f52c
\U0001f3f3\ufe0f\u200d\U0001f308
\U0001f3f4\u200d\u2620\ufe0f
\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7
\U0001f1e9
\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f
1\ufe0f\u20e3 #\ufe0f\u20e3 *\ufe0f\u20e3
\u2764 \u2764\ufe0f \u2764\ufe0e
\u00a9 \u00ae \u2122
\u263a\ufe0f\u2639
\U0001f9d1\u200d\U0001f91d\u200d\U0001f9d1
\U0001fa77
\U0001f4a9a\U0001f4a9
a\u200db
a\u200cb
a\u200bb
\u200b
\u200d
\ufe0f
\u2600\u2601\u2602
\u2190\u2191\u2192\u2193
\u2588\u2591\u2592
\u250c\u2500\u2510
\u20ac100 \u00a3100 \u00a5100 \u20b9100
""".strip().split("\n")

# One text each, with the white space inside and around words.
SPACES = [
    "", " ", "   ", "\t", "\n", "\r\n", " \t\n\r\v\f ", "\u00a0", "\u2003", "\u3000", "\u0085", "\u1680", "\u2028", "\u2029", "\u202f", "\u205f",
    "  leading", "trailing  ", "  both  ", "two  spaces", "tab\there", "new\nline", "carriage\rreturn", "windows\r\nline", "form\ffeed",
    "vertical\vtab", "no\u00a0break", "em\u2003space", "ideographic\u3000space", "next\u0085line", "ogham\u1680space", "line\u2028separator",
    "paragraph\u2029separator", "narrow\u202fspace", "math\u205fspace", "hair\u200aspace", "zero\u200bwidth", "word\u2060joiner", "byte\ufefforder",
    "\ufeffmark first", "mark last\ufeff", "vowel\u180eseparator", "soft\u00adhyphen", "file\u001cseparator", "group\u001dseparator",
    "record\u001eseparator", "unit\u001fseparator", "\u001c", "\u001fedge\u001c", " \u001d edge \u001e ", "null\u0000inside", "\u0000", "\u0001\u0002\u0003",
    "bell\u0007", "escape\u001b[31mred\u001b[0m", "delete\u007f", "c1\u0080\u0081\u009f", "back\u0008space", "\u0085edge\u0085", "\u00a0edge\u00a0",
    "private\ue000use", "\uffff", "\ufffe", "\ufffd", "\U0010ffff", "\ufdd0", "\U000f0000", "\u0378", "\u2065",
]

PUNCTUATION = """
!
!!
!!!
!!!!!!!!!!
...
\u2026
. . .
-- --- ----
\u2013 \u2014 \u2015
((((()))))
[[]] {{}} <<>>
"quoted"
\u201cquoted\u201d \u201elow\u201d \u00abguillemets\u00bb
'single'
`code` ```block```
snake_case_name
__dunder__
_
___
a_b
_a
a_
~!@#$%^&*()_+`-={}|[]\\:";'<>?,./
*bold* _italic_ ~strike~
a*b+c=d
:-) ;-) :P <3
\u00bfqu\u00e9? \u00a1s\u00ed!
\u3001\u3002\uff0c\uff01\uff1f
\u300c\u5f15\u7528\u300d
\u060c\u061b\u061f
\u0964\u0965
a\u0301!
!\u0301
!a!b!c
</w>
a</w>b
</w></w>
a </w> b
&amp; &lt; &#39;
\u00a7 \u00b6 \u2020 \u2021 \u2022
\u221e \u2248 \u00b1 \u00d7 \u00f7
""".strip().split("\n")

SPECIAL = [
    "<|startoftext|>", "<|endoftext|>", "<|startoftext|><|endoftext|>", "a<|startoftext|>b", "a <|endoftext|> b", "<|endoftext|>after",
    "before<|endoftext|>", "<|STARTOFTEXT|>", "<|StartOfText|> mixed", "!!<|ENDOFTEXT|>!!", "<|endoftext|", "|endoftext|>", "< |endoftext| >",
    "<|<|endoftext|>|>", "<|pad|>", "<|endoftext|>" * 80, "<|endOfText|>s", "it's<|endoftext|>'s", "E\u0301<|endoftext|>\u0301", "<|\u0130|>",
    "\u03a3<|endoftext|>\u03a3", "!<|endoftext|>!", "<|ENDOFTEXT|><|endoftext|>",
]

_SENTENCE = "a finely hatched pencil portrait of an old fisherman with a wide hat, deep shadows, soft light from the left "

LONG = [
    _SENTENCE * 3, _SENTENCE * 8, "a " * 74, "a " * 75, "a " * 76, "a " * 77, "a " * 200, "x" * 500, "ab" * 300, "abcdefghijklmnopqrstuvwxyz" * 20,
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "the" * 100, "1" * 100, "!" * 100, "!?" * 100, "\U0001f600" * 40, "\u4f60\u597d" * 60, "\u0301" * 100,
    "caf\u00e9 " * 60, "don't " * 50, "e\u0301" * 90, "pneumonoultramicroscopicsilicovolcanoconiosis", "Donaudampfschifffahrtsgesellschaftskapit\u00e4n",
    "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch", "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466" * 12,
]

TEXTS = [*ENGLISH, *CONTRACTIONS, *DIGITS, *LATIN, *GREEK_CYRILLIC, *SCRIPTS, *EMOJI, *SPACES, *PUNCTUATION, *SPECIAL, *LONG]
