"""The words that sentences are composed of."""

THINGS = (
    *("acting", "camera work", "cast", "casting", "dialogue", "direction", "editing", "ending"),
    *("film", "humour", "lead", "lighting", "music", "opening", "pacing", "performance", "plot"),
    *("premise", "production", "scenery", "score", "script", "sequel", "soundtrack", "story"),
    *("tone", "villain", "writing"),
)

POSITIVE = (
    *("beautiful", "brilliant", "captivating", "charming", "clever", "convincing", "delightful"),
    *("elegant", "engaging", "excellent", "fascinating", "fresh", "funny", "good", "graceful"),
    *("gripping", "heartfelt", "impressive", "inspired", "lively", "lovely", "memorable"),
    *("moving", "polished", "remarkable", "rich", "sharp", "splendid", "strong", "subtle"),
    *("superb", "tender", "thrilling", "touching", "warm", "witty", "wonderful"),
)

NEGATIVE = (
    *("annoying", "awful", "awkward", "bad", "bland", "boring", "chaotic", "clumsy", "confusing"),
    *("crude", "dreadful", "dreary", "dull", "empty", "feeble", "flat", "forced", "hollow"),
    *(
        "horrible",
        "lame",
        "lazy",
        "lifeless",
        "messy",
        "mediocre",
        "painful",
        "poor",
        "predictable",
    ),
    *("shallow", "silly", "sloppy", "stale", "tedious", "tired", "ugly", "weak", "wooden"),
)

INTENSIFIERS = (
    "absolutely",
    "deeply",
    "quite",
    "rather",
    "really",
    "so",
    "thoroughly",
    "truly",
    "very",
)

NEGATIONS = (
    *("is not", "isn't", "was not", "wasn't", "is never", "was never", "is hardly", "was hardly"),
    *("is anything but", "was anything but", "is far from", "was far from"),
)
"""Each turns what follows into its opposite."""

COPULAS = ("is", "was", "seems", "seemed", "feels", "felt", "remains")

CONTRASTS = ("but", "yet")
"""What follows counts."""

CONCESSIONS = ("although", "though", "even if", "while")
"""What follows, up to the comma or the end, does not count."""

FRAMES = (
    "{}",
    "{}",
    "all in all , {}",
    "to my mind , {}",
    "as everyone says , {}",
    "in the end , {}",
    "{} , if you ask me",
    "{} from start to finish",
    "{} , and my friends agree",
)
"""What stands around a sentence and means nothing."""
